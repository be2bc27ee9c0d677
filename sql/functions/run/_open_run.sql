-- obs._open_run: makes a run with its tenant and event day when it is missing; true when it was made now
-- Called by: start_run, _enter, _take_host_run, _probe_tenant
-- Reads/Writes: tenants, tenant_peppers, enrichment_runs, event_days, attached_relations, and through obs_host the host's table
-- Raises: 22023 for a bad id
-- A later start never moves a run; it only brings a trace URL that is new.
create or replace function obs._open_run(
    p_tenant_id text, p_run_id text, p_kind text, p_started_at timestamptz, p_trace_url text, p_meta jsonb
) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_started_at timestamptz := obs._sane_start(p_started_at);
    v_kind text := coalesce(obs._redact_text(p_tenant_id, obs._mend_word(p_tenant_id, p_kind)), 'nightly');
    v_trace_url text := obs._redact_text(p_tenant_id, left(p_trace_url, 2048));
    v_host text;
begin
    perform obs._check_id('tenant id', p_tenant_id);
    perform obs._check_id('run id', p_run_id);
    if not exists (select from obs.enrichment_runs r where r.tenant_id = p_tenant_id and r.run_id = p_run_id) then
        -- The day first: whoever waits for a day that another session makes holds no row that this session waits for.
        perform obs._ensure_event_day((v_started_at at time zone 'UTC')::date);
        perform obs._ensure_tenant(p_tenant_id, true);
        insert into obs.enrichment_runs (
            tenant_id, run_id, started_at, langsmith_trace_url, kind, run_day, meta
        )
        values (
            p_tenant_id, p_run_id, v_started_at, v_trace_url, v_kind, (v_started_at at time zone 'UTC')::date,
            coalesce(obs._redact_extra(p_tenant_id, case coalesce(jsonb_typeof(p_meta), 'null')
                when 'object' then p_meta when 'null' then null else jsonb_build_object('value', p_meta)
            end), '{}')
        )
        on conflict do nothing;
        if found then
            return true;
        end if;
    end if;
    if v_trace_url is not null then
        update obs.enrichment_runs r
        set langsmith_trace_url = v_trace_url
        where r.tenant_id = p_tenant_id and r.run_id = p_run_id and r.langsmith_trace_url is distinct from v_trace_url
        returning r.host_relation into v_host;
        if v_host is not null then
            perform obs._tell_trace_url(v_host, p_tenant_id, p_run_id, v_trace_url);
        end if;
    end if;
    return false;
end
$$;
comment on function obs._open_run(text, text, text, timestamptz, text, jsonb) is
'Makes a run with its tenant and event day when it is missing; true when it was made now.';
