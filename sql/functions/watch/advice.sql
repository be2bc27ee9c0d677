-- obs.advice: what to do about a vendor now: share of the usual batch, whether to skip it, why and until when
-- Called by: pipelines, client, readers
-- Reads/Writes: vendor_advice, enrichment_runs, run_vendor_usage, stage_deltas, expected_runs, settings
-- Raises: 42501 a tenant that is not the caller's
-- Looking is a read. New hits are written by whoever takes the row's lock; who finds it taken answers the same without
-- writing, so nobody waits and hits seen by many callers at once halve the batch once. Readers and standbys are answered
-- without a write.
create or replace function obs.advice(
    p_tenant_id text,
    p_vendor text,
    p_run_id text default null,
    out batch_factor numeric, out skip boolean, out reason text, out until timestamptz
)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_now timestamptz := obs.now();
    v_writes boolean := (pg_has_role(obs._asker(), 'obs_writer', 'usage') or pg_has_role(obs._asker(), 'obs_admin', 'usage'))
        and coalesce(p_tenant_id = any(obs._writable_tenants()), true);
    v_started_at timestamptz;
    v_known obs.vendor_advice;
    v_hits jsonb;
    v_mine boolean := false;
begin
    if p_tenant_id is null or not (v_writes or coalesce(p_tenant_id = any(obs._readable_tenants()), true)) then
        raise exception 'tenant % is not among yours', quote_nullable(left(p_tenant_id, 128))
            using errcode = '42501', hint = 'An administrator maps logins to tenants: obs.grant_access(role, tenant).';
    end if;
    select r.started_at into v_started_at
    from obs.enrichment_runs r
    where r.tenant_id = p_tenant_id and not r.is_simulation and r.run_id = coalesce(p_run_id, r.run_id)
    order by r.started_at desc
    limit 1;
    select a.* into v_known from obs.vendor_advice a where a.tenant_id = p_tenant_id and a.vendor = p_vendor;
    v_hits := obs._vendor_hits(p_tenant_id, p_vendor, v_now);
    if exists (
        select from jsonb_each(v_hits) h
        where (h.value -> 0)::bigint > coalesce(v_known.seen -> h.key -> 0, '0')::bigint
           or (h.value -> 1)::bigint > coalesce(v_known.seen -> h.key -> 1, '0')::bigint
    ) then
        if v_writes and not current_setting('transaction_read_only')::boolean then
            if v_known.tenant_id is null then
                perform obs._open_advice(p_tenant_id, p_vendor);
            end if;
            select a.* into v_known
            from obs.vendor_advice a
            where a.tenant_id = p_tenant_id and a.vendor = p_vendor
            for no key update skip locked;
            v_mine := found;
            if v_mine then
                v_hits := obs._vendor_hits(p_tenant_id, p_vendor, v_now);
            else
                select a.* into v_known from obs.vendor_advice a where a.tenant_id = p_tenant_id and a.vendor = p_vendor;
            end if;
        end if;
        v_known := obs._heed(v_known, p_tenant_id, v_hits, v_now);
        if v_mine then
            update obs.vendor_advice a
            set batch_factor = v_known.batch_factor, throttled_at = v_known.throttled_at,
                throttled_run_id = v_known.throttled_run_id, skip_until = v_known.skip_until,
                exhausted_run_id = v_known.exhausted_run_id, seen = v_known.seen, updated_at = clock_timestamp()
            where a.tenant_id = p_tenant_id and a.vendor = p_vendor;
        end if;
    end if;
    batch_factor := obs._advised_factor(v_known.batch_factor, v_known.throttled_at, v_now);
    -- The next night's run may start an hour early; the quota is its own. A run not known yet starts now.
    skip := coalesce(
        v_now < v_known.skip_until and coalesce(v_started_at, v_now) < v_known.skip_until - interval '1 hour', false
    );
    if skip then
        reason := format('quota exhausted in run %s', v_known.exhausted_run_id);
        until := v_known.skip_until;
    elsif batch_factor < 1 then
        reason := format('rate limit hit in run %s', v_known.throttled_run_id);
        until := v_known.throttled_at
            + interval '10 minutes' * (1 + floor(extract(epoch from v_now - v_known.throttled_at) / 600)::int);
    else
        reason := 'no limit in sight';
    end if;
end
$$;
comment on function obs.advice(text, text, text) is
'What to do about a vendor now: batch_factor of the usual batch or parallelism (halved by new rate limit hits, times 1.25 '
'for each clean 10 minutes), skip while its quota is exhausted (until the next night), why, and until when this holds.';
