-- obs._draw_qa: draws a run's QA samples, once
-- Called by: _after_change when a run has ended, _draw_missed for what that had to leave, sample_qa
-- Reads/Writes: qa_draws, qa_samples, qa_sources, enrichment_runs, run_event_logs, run_metrics, settings, the host's view
-- Raises: nothing but a cancel or a server out of resources: a finish neither waits for a draw nor fails by it; what is left
-- over, the tick draws
-- The row of qa_draws decides between two sessions. A cancelled run is never drawn, and a crashed one only when somebody asks:
-- its end was inferred, and its real end may still come with the companies that were missing.
create or replace function obs._draw_qa(p_tenant_id text, p_run_id text, p_asked boolean default false) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $$
declare
    v_seed constant text := replace(gen_random_uuid()::text, '-', '');
    v_risk constant int := coalesce((obs._setting(p_tenant_id, 'qa_risk_sample'))::int, 0);
    v_high text[];
    v_source text;
    v_drawn text[];
begin
    if exists (
        select from obs.qa_draws d where d.tenant_id = p_tenant_id and d.run_id = p_run_id and d.stratum = 'random'
    ) or not exists (
        select from obs.enrichment_runs r
        where r.tenant_id = p_tenant_id and r.run_id = p_run_id and not r.is_simulation
          and (r.status in ('success', 'partial', 'error') or (r.status = 'crashed' and p_asked))
    ) then
        return false;
    end if;
    begin
        select h.p_companies, h.p_source into v_high, v_source from obs._high_companies(p_tenant_id, p_run_id, p_asked) h;
        if v_source is null then
            return false;
        end if;
        v_drawn := obs._draw_order(v_seed, v_high, 10);
        insert into obs.qa_draws (tenant_id, run_id, stratum, bucket, seed, requested, available, drawn, source)
        values (p_tenant_id, p_run_id, 'random', 'High', v_seed, 10, cardinality(v_high), cardinality(v_drawn), v_source)
        on conflict do nothing;
        if not found then
            return false;
        end if;
        perform obs._put_samples(p_tenant_id, p_run_id, 'random', v_drawn, p_asked);
        if v_risk > 0 then
            v_high := array(select unnest(v_high) except select unnest(v_drawn));
            v_drawn := obs._risky_companies(p_tenant_id, p_run_id, v_seed, v_high, v_risk, p_asked);
            insert into obs.qa_draws (tenant_id, run_id, stratum, bucket, seed, requested, available, drawn, source)
            values (p_tenant_id, p_run_id, 'risk', 'High', v_seed, v_risk, cardinality(v_high), cardinality(v_drawn), v_source)
            on conflict do nothing;
            perform obs._put_samples(p_tenant_id, p_run_id, 'risk', v_drawn, p_asked);
        end if;
        return true;
    exception
        -- By class: data, access and names, locks and state, deadlocks, what a trigger of somebody's raises, limits. A draw that was
        -- kept from its rows is made by a later tick.
        when data_exception or syntax_error_or_access_rule_violation or object_not_in_prerequisite_state
            or transaction_rollback or plpgsql_error or internal_error or program_limit_exceeded or integrity_constraint_violation
        then
            raise warning 'obs cannot draw the QA sample of run %: SQLSTATE %', quote_literal(p_run_id), sqlstate;
            return false;
    end;
end
$$;
comment on function obs._draw_qa(text, text, boolean) is
'Draws a run''s QA samples, once: ten companies of bucket High by a stored seed, and risky ones where a setting asks.';
