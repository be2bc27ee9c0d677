-- obs._run_failures: the first failure of each stage, the first of each vendor's refusals, retries counted
-- Called by: timeline
-- Reads/Writes: run_stage_stats, run_error_codes, run_event_logs by its index of failures, vendor_error_codes, error_texts,
-- with the rights of who asks
-- Raises: nothing
-- Numbers are stored ones; failures outlive thinning, and where they are gone too a stage's beginning stands for the moment.
create or replace function obs._run_failures(p_run obs.enrichment_runs)
returns table (at timestamptz, kind text, stage text, what text, details jsonb)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    select
        e.ts, 'error', s.stage::text,
        concat_ws(
            ': ', 'first failure',
            case when not starts_with(lower(coalesce(m.said, '')), lower(e.vendor)) then e.vendor end, e.error_code, m.said
        ),
        jsonb_strip_nulls(jsonb_build_object(
            'vendor', e.vendor, 'error_code', e.error_code, 'company_id', e.company_id, 'trace_id', e.trace_id,
            'items_failed', s.count_error
        ))
    from obs.run_stage_stats s
    cross join lateral (
        select o.*
        from obs.run_event_logs o
        where o.tenant_id = p_run.tenant_id and o.run_id = p_run.run_id and o.run_day = p_run.run_day and o.stage = s.stage
          and o.status = 'error' and o.kind in ('item', 'call')
        order by o.ts
        limit 1
    ) e
    cross join lateral (select left(obs.error_text(e.tenant_id, e.error_msg), 300) as said) m
    where s.tenant_id = p_run.tenant_id and s.run_id = p_run.run_id;
    return query
    select
        coalesce(e.ts, s.started_at, p_run.started_at), m.meaning, nullif(c.stage, ''),
        format('%s said %s %s times', c.vendor, c.error_code, c.n),
        jsonb_build_object('vendor', c.vendor, 'error_code', c.error_code, 'times', c.n)
    from obs.run_error_codes c
    cross join lateral (select obs._error_meaning(c.tenant_id, c.vendor, c.error_code) as meaning) m
    left join obs.run_stage_stats s on s.tenant_id = c.tenant_id and s.run_id = c.run_id and s.stage = c.stage
    left join lateral (
        select o.ts
        from obs.run_event_logs o
        where o.tenant_id = p_run.tenant_id and o.run_id = p_run.run_id and o.run_day = p_run.run_day and o.stage = c.stage
          and o.status = 'error' and o.kind = 'call' and o.vendor = c.vendor and o.error_code = c.error_code
        order by o.ts
        limit 1
    ) e on true
    where c.tenant_id = p_run.tenant_id and c.run_id = p_run.run_id and c.kind = 'call' and m.meaning is not null;
    return query
    select
        coalesce(s.ended_at, p_run.last_event_ts, s.started_at, p_run.started_at), 'retry', s.stage::text,
        format('%s %s', s.count_retry, case s.count_retry when 1 then 'retry' else 'retries' end),
        jsonb_build_object('retries', s.count_retry, 'error_codes', (
            select coalesce(jsonb_object_agg(c.error_code, c.n), '{}')
            from (
                select r.error_code, sum(r.n) as n
                from obs.run_error_codes r
                where r.tenant_id = s.tenant_id and r.run_id = s.run_id and r.stage = s.stage and r.kind = 'retry'
                group by r.error_code
                order by 2 desc, 1
                limit 10
            ) c
        ))
    from obs.run_stage_stats s
    where s.tenant_id = p_run.tenant_id and s.run_id = p_run.run_id and s.count_retry > 0;
end
$$;
comment on function obs._run_failures(obs.enrichment_runs) is
'The first failure of each stage, the first of each vendor''s refusals, retries counted.';
