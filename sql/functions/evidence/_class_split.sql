-- obs._class_split: a stage's failures by class, beside the median of the last seven runs
-- Called by: the checks
-- Reads/Writes: run_error_codes, run_stage_stats, enrichment_runs
-- Raises: nothing
-- Rates are per item of the stage. usual is NULL when no earlier run had the stage.
create or replace function obs._class_split(p_tenant_id text, p_run_id text, p_stage text)
returns table (class text, n bigint, rate numeric, usual numeric, codes text)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with past as (
        select s.run_id, s.count_total
        from obs._earlier_runs(p_tenant_id, p_run_id) e
        join obs.run_stage_stats s on s.tenant_id = p_tenant_id and s.run_id = e.run_id and s.stage = p_stage
        where s.count_total > 0
    ), now as (
        select obs._error_class(c.error_code) as class, c.error_code, c.n
        from obs.run_error_codes c
        where c.tenant_id = p_tenant_id and c.run_id = p_run_id and c.stage = p_stage and c.kind = 'item'
    ), split as (
        select w.class, sum(w.n)::bigint as n, string_agg(w.error_code || ' ' || w.n, ', ' order by w.n desc, w.error_code) as codes
        from now w
        group by w.class
    )
    select w.class, w.n, round(w.n::numeric / nullif(s.count_total, 0), 4), round(u.usual::numeric, 4), left(w.codes, 120)
    from split w
    join obs.run_stage_stats s on s.tenant_id = p_tenant_id and s.run_id = p_run_id and s.stage = p_stage
    cross join lateral (
        select percentile_cont(0.5) within group (order by coalesce(x.n, 0)::numeric / p.count_total) as usual
        from past p
        left join lateral (
            select sum(c.n) as n
            from obs.run_error_codes c
            where c.tenant_id = p_tenant_id and c.run_id = p.run_id and c.stage = p_stage and c.kind = 'item'
              and obs._error_class(c.error_code) = w.class
        ) x on true
    ) u
    order by w.n desc, w.class;
end
$$;
comment on function obs._class_split(text, text, text) is
'A stage''s failures by class, each as a share of its items, beside the median share of the last seven runs.';
