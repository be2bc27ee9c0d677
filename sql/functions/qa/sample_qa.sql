-- obs.sample_qa: draws a run's QA samples if that has not happened, and says what was drawn
-- Called by: ops
-- Reads/Writes: qa_draws, run_metrics and all that _draw_qa writes
-- Raises: OB002 unknown run, OB004 ambiguous run id, 55000 a run that runs or was cancelled, or that scored nothing
-- A second call adds nothing, whatever came in between.
create or replace function obs.sample_qa(p_run_id text, p_tenant_id text default null) returns setof obs.qa_draws
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._readable_tenants());
    v_status constant text := (
        select r.status from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = p_run_id
    );
    v_scored constant boolean := exists (
        select from obs.run_metrics m where m.tenant_id = v_tenant and m.run_id = p_run_id and m.name = 'bucket'
    );
begin
    perform obs._draw_qa(v_tenant, p_run_id, true);
    return query
    select d.* from obs.qa_draws d where d.tenant_id = v_tenant and d.run_id = p_run_id order by d.stratum;
    if not found then
        raise exception 'run % has no QA sample: %', quote_literal(p_run_id), case
            when v_status = 'running' then 'it has not ended'
            when v_status = 'cancelled' then 'it was cancelled'
            when v_scored then 'another session is drawing it, or it cannot be drawn'
            else 'no event and no view of yours gave a company a bucket'
        end using errcode = '55000', hint = case
            when v_status = 'running' then 'Finish it first: obs.finish_run draws by itself.'
            when v_status = 'cancelled' then 'What a cancelled run left undone says nothing of its quality.'
            when v_scored then 'Call again. Where that does not help, the warning of the call has the SQLSTATE of what is wrong.'
            else 'Log a bucket with the items of your scoring stage, as extra {"bucket": "High"}.'
        end;
    end if;
end
$$;
comment on function obs.sample_qa(text, text) is
'Draws a run''s QA samples if that has not happened yet and returns the draws, one a stratum. finish_run does it by itself.';
