-- obs._risky_companies: the companies among some that most need a look
-- Called by: _draw_qa
-- Reads/Writes: run_event_logs, qa_sources, tenant_peppers, webmail_domains, settings, the host's view
-- Raises: nothing
-- Of more than a thousand companies a thousand are looked at, by the seed; the 50 worst of them by their events have their
-- checklists filled. Each check that fails weighs 3, each that nobody knows 1, a failed item 1 (3 at most), a rationale under
-- 80 characters 1. The seed decides between equals.
create or replace function obs._risky_companies(
    p_tenant_id text, p_run_id text, p_seed text, p_companies text[], p_count int, p_asked boolean
) returns text[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_pool constant text[] := obs._draw_order(p_seed, p_companies, 1000);
    v_ids text[];
    v_facts jsonb[];
    v_host jsonb;
begin
    select array_agg(w.company_id order by w.place), array_agg(w.facts order by w.place)
    into v_ids, v_facts
    from (
        select d.company_id, to_jsonb(q) as facts, row_number() over (order by
            least(coalesce(q.failed_items, 0), 3) + 3 * coalesce(q.emails > 0 and q.good_emails = 0, false)::int
            + 3 * coalesce(q.is_unresolved and q.is_resolved is not true, false)::int + coalesce(q.rationale_len < 80, false)::int desc,
            d.place
        ) as place
        from unnest(v_pool) with ordinality as d (company_id, place)
        left join obs._qa_facts(p_tenant_id, p_run_id, v_pool) q on q.company_id = d.company_id
    ) w
    where w.place <= 50;
    v_host := obs._read_source(p_tenant_id, p_run_id, coalesce(v_ids, '{}'), p_asked);
    return array(
        select w.company_id
        from (
            select i.company_id, i.place, least(coalesce((i.facts ->> 'failed_items')::int, 0), 3) + (
                select sum(case k.value ->> 'verdict' when 'fail' then 3 when 'unknown' then 1 else 0 end)
                    + bool_or(k.key = 'rationale' and coalesce((k.value ->> 'length')::numeric < 80, false))::int
                from jsonb_each(obs._qa_checks(p_tenant_id, i.facts, v_host -> i.company_id)) k
            ) as risk
            from unnest(v_ids, v_facts) with ordinality as i (company_id, facts, place)
        ) w
        order by w.risk desc, w.place
        limit p_count
    );
end
$$;
comment on function obs._risky_companies(text, text, text, text[], int, boolean) is
'The companies among some that most need a look: checks that fail or that nobody knows, failed items, short rationales.';
