-- obs._check_qa_sample: which check of the list failed most among the companies that reviewers failed
-- Called by: run_check
-- Reads/Writes: qa_samples
-- Raises: nothing
create or replace function obs._check_qa_sample(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_failed text[];
    v_pending int;
    v_most text;
    v_list text;
    v_sql text := format(
        'select company_id, notes, checks from obs.qa_samples where tenant_id = %L and run_id = %L and result = ''fail'';',
        p_alert.tenant_id, p_alert.run_id
    );
begin
    select array_agg(s.company_id order by s.draw_rank) filter (where s.result = 'fail'),
        count(*) filter (where s.result = 'needs_review')
    into v_failed, v_pending
    from obs.qa_samples s
    where s.tenant_id = p_alert.tenant_id and s.run_id = p_alert.run_id and s.stratum = 'random';
    if v_failed is null then
        return obs._finding('clear', format('no company stands as failed, %s wait for review', v_pending));
    end if;
    select string_agg(format('%s %s', n.check_name, n.times), ', ' order by n.times desc, n.place),
        (array_agg(n.check_name order by n.times desc, n.place))[1]
    into v_list, v_most
    from (
        select k.name as check_name, k.place, count(*) as times
        from obs.qa_samples s
        cross join unnest(array['domain', 'about', 'contacts', 'rationale']) with ordinality k (name, place)
        where s.tenant_id = p_alert.tenant_id and s.run_id = p_alert.run_id and s.stratum = 'random' and s.result = 'fail'
          and s.checks -> k.name ->> 'verdict' = 'fail'
        group by k.name, k.place
    ) n;
    return obs._finding(
        case when v_most is null then 'unknown' else 'cause' end,
        format('%s failed (%s), %s wait for review; ', cardinality(v_failed), obs._name_list(v_failed, 120), v_pending)
            || coalesce('checks that failed: ' || v_list, 'reviewers marked no check: see their notes'),
        case v_most
            when 'domain' then 'see why dead or wrong domains got through; crawl these companies again'
            when 'about' then 'read the about texts: was the page, the crawl or the prompt at fault?'
            when 'contacts' then 'look at contact sources and e-mail verification of these companies'
            when 'rationale' then 'compare prompt and model with the last good run; score these companies again'
            else 'read the notes of the failed reviews'
        end,
        v_sql, jsonb_build_object('failed', cardinality(v_failed), 'pending', v_pending)
    );
end
$$;
comment on function obs._check_qa_sample(obs.alerts) is
'Which check of the list failed most among the companies that reviewers failed.';
