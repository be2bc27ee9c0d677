-- obs.start_run: starts a run, or meets it again; returns its id
-- Called by: pipelines, client
-- Reads/Writes: tenants, enrichment_runs, event_days, run_metrics, quarantined_events (adopts)
-- Raises: 22023 bad id, 42501 a tenant that is not the caller's
create or replace function obs.start_run(
    p_tenant_id text,
    p_kind text default 'nightly',
    p_run_id text default null,
    p_started_at timestamptz default null,
    p_trace_url text default null,
    p_meta jsonb default '{}'
) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_allowed text[] := obs._writable_tenants();
    v_run_id text := coalesce(p_run_id, obs._uuid_v7()::text);
begin
    perform obs._check_id('tenant id', p_tenant_id);
    perform obs._check_id('run id', v_run_id);
    if p_tenant_id <> all(v_allowed) then
        raise exception 'tenant % is not yours to write', quote_literal(p_tenant_id)
            using errcode = '42501', hint = 'An administrator maps logins to tenants: obs.grant_access(role, tenant).';
    end if;
    if obs._open_run(p_tenant_id, v_run_id, p_kind, coalesce(p_started_at, obs.now()), p_trace_url, p_meta) then
        -- As stored: under a key such as phone or ssn a number is personal too.
        perform obs._put_metrics(r.tenant_id, r.run_id, r.meta)
        from obs.enrichment_runs r
        where r.tenant_id = p_tenant_id and r.run_id = v_run_id;
        perform obs._adopt(p_tenant_id, v_run_id, v_allowed);
    end if;
    return v_run_id;
end
$$;
comment on function obs.start_run(text, text, text, timestamptz, text, jsonb) is
'Starts a run (kind nightly, adhoc, ...) and returns its id; with a known id it changes nothing but the trace URL. '
'Numbers in p_meta become metrics.';
