-- obs._check_industry_fallback: whether the industry-only fallback was engaged
-- Called by: run_check
-- Reads/Writes: run_metrics
-- Raises: nothing
-- The pipeline logs the metric industry_fallback: how many companies it found that way, 0 when it was off.
create or replace function obs._check_industry_fallback(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_found numeric;
    v_post numeric;
begin
    select sum(m.value) filter (where m.name = 'industry_fallback'), max(m.value) filter (where m.name = 'candidates_post')
    into v_found, v_post
    from obs.run_metrics m
    where m.tenant_id = p_alert.tenant_id and m.run_id = p_alert.run_id and m.name in ('industry_fallback', 'candidates_post');
    if v_found is null then
        return obs._finding(
            'unknown', 'the run does not say whether the industry-only fallback was engaged',
            'let it say so: obs.set_metric(run, ''industry_fallback'', number of companies found that way)'
        );
    elsif v_found = 0 and v_post < p_alert.threshold then
        return obs._finding('cause', format('the industry-only fallback was not engaged at %s candidates', v_post),
            'enable the industry-only fallback');
    end if;
    return obs._finding('clear', format('the industry-only fallback found %s companies', v_found));
end
$$;
comment on function obs._check_industry_fallback(obs.alerts) is 'Whether the industry-only fallback was engaged.';
