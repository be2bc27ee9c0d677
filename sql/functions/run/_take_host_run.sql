-- obs._take_host_run: brings a run of obs to what a row of the host's table says; true when the run is new
-- Called by: _mirror_run, _backfill_run
-- Reads/Writes: enrichment_runs and all that _close_run writes
-- Raises: 22023 bad id, 22007 unreadable time
-- The host's row is the truth for start, end and status of its runs; the numbers come from events alone.
create or replace function obs._take_host_run(p_relation text, p_status_map jsonb, p_row jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant text := p_row ->> 'tenant_id';
    v_run text := p_row ->> 'run_id';
    v_word text := p_row ->> 'status';
    v_started timestamptz := coalesce((p_row ->> 'started_at')::timestamptz, obs.now());
    v_ended timestamptz := case when p_row ->> 'ended_at' <> '' then greatest((p_row ->> 'ended_at')::timestamptz, v_started) end;
    v_url text := obs._redact_text(v_tenant, left(p_row ->> 'langsmith_trace_url', 2048));
    v_status text;
    v_new boolean;
begin
    v_status := coalesce(
        p_status_map ->> v_word,
        case
            when lower(v_word) in ('running', 'success', 'partial', 'error', 'cancelled', 'crashed') then lower(v_word)
            when lower(v_word) in ('succeeded', 'completed', 'complete', 'done', 'ok') then 'success'
            when lower(v_word) in ('failed', 'failure') then 'error'
            when lower(v_word) in ('canceled', 'aborted') then 'cancelled'
            when v_ended is not null then 'success'
            else 'running'
        end
    );
    v_new := obs._open_run(v_tenant, v_run, null, v_started, v_url, '{}');
    perform from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = v_run for no key update;
    update obs.enrichment_runs r
    set host_relation = p_relation, started_at = v_started
    where r.tenant_id = v_tenant and r.run_id = v_run and (r.host_relation, r.started_at) is distinct from (p_relation, v_started);
    if v_status <> 'running' then
        perform obs._close_run(v_tenant, v_run, v_status, coalesce(v_ended, obs.now()));
        update obs.enrichment_runs r
        set status = v_status, ended_at = coalesce(v_ended, r.ended_at), revision = r.revision + 1
        where r.tenant_id = v_tenant and r.run_id = v_run
          and (r.status, r.ended_at) is distinct from (v_status, coalesce(v_ended, r.ended_at));
    end if;
    if v_new then
        perform obs._adopt(v_tenant, v_run, null);
    end if;
    return v_new;
end
$$;
comment on function obs._take_host_run(text, jsonb, jsonb) is
'Brings a run of obs to what a row of the host''s table says; true when the run is new.';
