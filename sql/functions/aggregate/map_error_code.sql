-- obs.map_error_code: says that a vendor's own error code means a rate limit or an exhausted quota
-- Called by: administrators
-- Reads/Writes: vendor_error_codes, run_error_codes, enrichment_runs (row locks), run_vendor_usage,
-- audit_log
-- Raises: 22023 bad meaning, OB001 unknown tenant
create or replace function obs.map_error_code(
    p_vendor text, p_error_code text, p_meaning text, p_tenant_id text default null
) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    -- As they are stored with events.
    v_vendor constant text := obs._mend_word(p_tenant_id, p_vendor);
    v_code constant text := obs._mend_word(p_tenant_id, p_error_code);
    v_runs int;
begin
    if not coalesce(p_meaning in ('rate_limit', 'quota') and v_vendor <> '' and v_code <> '', false) then
        raise exception 'error code % of vendor % can mean rate_limit or quota, not %',
            quote_nullable(left(v_code, 64)), quote_nullable(left(v_vendor, 64)), quote_nullable(left(p_meaning, 64))
            using errcode = '22023';
    end if;
    perform obs._known_tenant(p_tenant_id);
    insert into obs.vendor_error_codes (tenant_id, vendor, error_code, meaning)
    values (p_tenant_id, v_vendor, v_code, p_meaning)
    on conflict (tenant_id, vendor, error_code) do update set meaning = excluded.meaning;
    -- Numbers already folded follow the new meaning, run by run under the run's lock.
    perform from obs.enrichment_runs r
    where exists (
        select from obs.run_error_codes c
        where c.tenant_id = r.tenant_id and c.run_id = r.run_id and c.kind = 'call' and c.vendor = v_vendor
          and c.error_code = v_code and c.tenant_id = coalesce(p_tenant_id, c.tenant_id)
    )
    order by r.tenant_id, r.run_id
    for no key update;
    update obs.run_vendor_usage u
    set rate_limit_hits = m.rate_limit_hits, quota_hits = m.quota_hits, revision = u.revision + 1, updated_at = clock_timestamp()
    from (
        select c.tenant_id, c.run_id,
            coalesce(sum(c.n) filter (where c.meaning = 'rate_limit'), 0) as rate_limit_hits,
            coalesce(sum(c.n) filter (where c.meaning = 'quota'), 0) as quota_hits
        from (
            select e.*, obs._error_meaning(e.tenant_id, e.vendor, e.error_code) as meaning
            from obs.run_error_codes e
            where e.kind = 'call' and e.vendor = v_vendor
        ) c
        group by c.tenant_id, c.run_id
    ) m
    where u.tenant_id = m.tenant_id and u.run_id = m.run_id and u.vendor = v_vendor
      and (u.rate_limit_hits, u.quota_hits) is distinct from (m.rate_limit_hits, m.quota_hits);
    get diagnostics v_runs = row_count;
    perform obs._audit(p_tenant_id, 'map_error_code', jsonb_build_object(
        'vendor', v_vendor, 'error_code', v_code, 'meaning', p_meaning, 'runs_changed', v_runs
    ));
    return v_runs;
end
$$;
comment on function obs.map_error_code(text, text, text, text) is
'Says that a vendor''s own error code means rate_limit or quota, for one tenant or (NULL) all; returns how many '
'runs changed.';
