-- obs._check_candidate_funnel: which filter loses more candidates than usual
-- Called by: run_check
-- Reads/Writes: run_metrics, enrichment_runs
-- Raises: nothing
-- The pipeline logs candidates_pre, candidates_post and candidates_lost with the filter as reason. A filter is a cause when
-- its share of candidates_pre rose by 20 points or, where no earlier run is known, is half of them; a cap loses by design.
create or replace function obs._check_candidate_funnel(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_pre numeric;
    v_post numeric;
    v_all text;
    v_data jsonb;
    v_worst jsonb;
begin
    select max(m.value) filter (where m.name = 'candidates_pre'), max(m.value) filter (where m.name = 'candidates_post')
    into v_pre, v_post
    from obs.run_metrics m
    where m.tenant_id = p_alert.tenant_id and m.run_id = p_alert.run_id and m.label = ''
      and m.name in ('candidates_pre', 'candidates_post');
    if v_pre is null or v_post is null then
        return obs._finding('unknown', 'the run does not log candidates_pre and candidates_post');
    end if;
    with past as (
        select e.run_id, m.value as pre
        from obs._earlier_runs(p_alert.tenant_id, p_alert.run_id) e
        join obs.run_metrics m on m.tenant_id = p_alert.tenant_id and m.run_id = e.run_id and m.name = 'candidates_pre' and m.label = ''
        where m.value > 0
    ), lost as (
        select m.label as filter, m.value as n, round(m.value / nullif(v_pre, 0), 4) as share, u.usual
        from obs.run_metrics m
        cross join lateral (
            select round(percentile_cont(0.5) within group (order by coalesce(l.value, 0) / p.pre)::numeric, 4) as usual
            from past p
            left join obs.run_metrics l
                on l.tenant_id = p_alert.tenant_id and l.run_id = p.run_id and l.name = 'candidates_lost' and l.label = m.label
        ) u
        where m.tenant_id = p_alert.tenant_id and m.run_id = p_alert.run_id and m.name = 'candidates_lost' and m.label <> ''
    )
    select string_agg(format('%s -%s', l.filter, l.n), ', ' order by l.n desc, l.filter), jsonb_agg(to_jsonb(l) order by l.n desc),
        (array_agg(to_jsonb(l) order by l.share - coalesce(l.usual, 0) desc) filter (
            where l.n >= 5 and case when l.usual is null
                then l.share >= 0.5 and l.filter !~ '(^|_)cap|backpressure|budget' else l.share - l.usual >= 0.2 end
        ))[1]
    into v_all, v_data, v_worst
    from lost l;
    if v_all is null then
        return obs._finding(
            'unknown', format('%s candidates, %s left; the run does not say which filter took how many', v_pre, v_post),
            'log them: obs.set_metric(run, ''candidates_lost'', number, reason)'
        );
    elsif v_worst is not null then
        return obs._finding(
            'cause', format('filter %s takes %s of %s candidates (%s %%, usual %s); funnel: %s, %s left', v_worst ->> 'filter',
                v_worst ->> 'n', v_pre, round(100 * (v_worst -> 'share')::numeric, 1),
                case when v_worst -> 'usual' = 'null' then 'not known' else round(100 * (v_worst -> 'usual')::numeric, 1) || ' %' end,
                left(v_all, 300), v_post),
            'widen this filter, or mend the data it looks at', p_data => v_data
        );
    end if;
    return obs._finding('clear', format('%s candidates: %s, %s left; no filter takes more than usual', v_pre, left(v_all, 300), v_post),
        p_data => v_data);
end
$$;
comment on function obs._check_candidate_funnel(obs.alerts) is
'Candidates filter by filter, and which filter takes more of them than usual.';
