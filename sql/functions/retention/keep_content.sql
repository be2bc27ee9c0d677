-- obs.keep_content: remembers what a company's content was, as a hash; keeps the redacted text only where the tenant asks for it
-- Called by: pipelines
-- Reads/Writes: content_hashes, retained_content, settings, tenant_peppers, enrichment_runs
-- Raises: OB002 unknown run, OB004 ambiguous run id, 22023 for an id, a kind or a content that cannot be
-- The hash is keyed by the tenant's pepper: an about page is short enough to be guessed, and may name people. It is that of the
-- content in NFC with each run of white space as one blank. An older pepper still compares; one that was destroyed cannot, and
-- changed is NULL then, as in the first run and in a run older than the newest one seen, which changes nothing.
create or replace function obs.keep_content(
    p_run_id text, p_company_id text, p_kind text, p_content text, p_tenant_id text default null
) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._writable_tenants());
    v_content constant text := btrim(regexp_replace(normalize(p_content, nfc), '\s+', ' ', 'g'));
    v_hash constant text := obs._keyed_hash(v_tenant, v_content);
    v_days constant int := coalesce(obs._setting(v_tenant, 'content_retention_days')::int, 0);
    v_started_at timestamptz;
    v_row obs.content_hashes;
    v_changed boolean;
    v_expires timestamptz;
begin
    perform obs._check_id('company', p_company_id);
    if coalesce(p_kind !~ '^[a-z][a-z0-9_]{0,47}$', true) then
        raise exception 'kind % must be a plain word: a to z, digits and _, at most 48', quote_nullable(left(p_kind, 80))
            using errcode = '22023', hint = 'p_kind => ''about''.';
    end if;
    if p_content is null then
        raise exception 'there is no content: it is NULL' using errcode = '22023', hint = 'An empty page is p_content => ''''.';
    elsif length(p_content) > 4000000 then
        raise exception 'content has % characters; 4,000,000 are the most', length(p_content)
            using errcode = '22023', hint = 'Pass the text of the page, without markup and pictures, or its first part.';
    end if;
    select r.started_at into v_started_at
    from obs.enrichment_runs r
    where r.tenant_id = v_tenant and r.run_id = p_run_id;
    insert into obs.content_hashes (
        tenant_id, company_id, kind, run_id, run_started_at, content_hash, content_length, seen_at, changed_at
    )
    values (v_tenant, p_company_id, p_kind, p_run_id, v_started_at, v_hash, length(p_content), obs.now(), obs.now())
    on conflict do nothing;
    select c.* into v_row
    from obs.content_hashes c
    where c.tenant_id = v_tenant and c.company_id = p_company_id and c.kind = p_kind
    for no key update;
    if v_row.run_id = p_run_id then
        v_changed := not obs._same_content(v_tenant, v_row.previous_hash, v_content);
        update obs.content_hashes c
        set content_hash = v_hash, content_length = length(p_content), seen_at = obs.now(),
            changed_at = case when obs._same_content(v_tenant, c.content_hash, v_content) then c.changed_at else obs.now() end
        where c.tenant_id = v_tenant and c.company_id = p_company_id and c.kind = p_kind;
    elsif v_started_at >= v_row.run_started_at then
        v_changed := not obs._same_content(v_tenant, v_row.content_hash, v_content);
        update obs.content_hashes c
        set run_id = p_run_id, run_started_at = v_started_at, content_hash = v_hash, content_length = length(p_content),
            seen_at = obs.now(), changed_at = case when v_changed then obs.now() else c.changed_at end,
            previous_run_id = c.run_id, previous_hash = c.content_hash, previous_length = c.content_length
        where c.tenant_id = v_tenant and c.company_id = p_company_id and c.kind = p_kind;
    end if;
    if v_days > 0 then
        insert into obs.retained_content as k (
            tenant_id, run_id, company_id, kind, content, content_hash, content_length, stored_at, expires_at
        )
        select v_tenant, p_run_id, p_company_id, p_kind, obs._redact_text(v_tenant, p_content), v_hash, length(p_content),
            n.moment, n.moment + make_interval(hours => 24 * v_days)
        from (select clock_timestamp() as moment) n
        on conflict (tenant_id, run_id, company_id, kind) do update
            set content = excluded.content, content_hash = excluded.content_hash, content_length = excluded.content_length,
                expires_at = least(excluded.expires_at, k.expires_at)
        returning k.expires_at into v_expires;
    end if;
    return jsonb_build_object('hash', v_hash, 'length', length(p_content), 'changed', v_changed, 'kept_until', v_expires);
end
$$;
comment on function obs.keep_content(text, text, text, text, text) is
'Remembers the keyed hash and length of a company''s content and says whether it changed since the last run; keeps the redacted '
'text, for content_retention_days, only where that setting asks for it.';
