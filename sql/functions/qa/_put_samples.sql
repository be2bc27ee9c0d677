-- obs._put_samples: stores the drawn companies of a stratum with their checklists
-- Called by: _draw_qa
-- Reads/Writes: qa_samples, run_event_logs, qa_sources, tenant_peppers, webmail_domains, settings, the host's view
-- Raises: nothing
create or replace function obs._put_samples(
    p_tenant_id text, p_run_id text, p_stratum text, p_companies text[], p_asked boolean
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_host jsonb;
begin
    if cardinality(p_companies) = 0 then
        return;
    end if;
    v_host := obs._read_source(p_tenant_id, p_run_id, p_companies, p_asked);
    insert into obs.qa_samples (run_id, tenant_id, company_id, bucket, checks, stratum, draw_rank, created_at)
    select p_run_id, p_tenant_id, c.company_id, 'High', obs._qa_checks(p_tenant_id, f.facts, v_host -> c.company_id), p_stratum,
        c.place, obs.now()
    from unnest(p_companies) with ordinality as c (company_id, place)
    left join (
        select q.company_id, to_jsonb(q) as facts from obs._qa_facts(p_tenant_id, p_run_id, p_companies) q
    ) f on f.company_id = c.company_id
    on conflict do nothing;
end
$$;
comment on function obs._put_samples(text, text, text, text[], boolean) is
'Stores the drawn companies of a stratum with their checklists.';
