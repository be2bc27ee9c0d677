-- obs._put_contactable: counts a run's companies with e-mail results, and those of them that can be contacted
-- Called by: _close_run, _fold_late
-- Reads/Writes: enrichment_runs, run_event_logs, run_metrics
-- Raises: nothing
-- Per company, not per e-mail: one verified or unknown business address is enough; extra.webmail = true is no
-- business address. Events with an email_status are never thinned, so this can be counted again as long as the run's
-- day is kept.
create or replace function obs._put_contactable(p_tenant_id text, p_run_id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_companies bigint;
    v_contactable bigint;
begin
    if not exists (
        select from obs.run_metrics m where m.tenant_id = p_tenant_id and m.run_id = p_run_id and m.name = 'email_status'
    ) then
        return;
    end if;
    select count(distinct e.company_id), count(distinct e.company_id) filter (
        where e.extra ->> 'email_status' in ('valid', 'unknown') and e.extra -> 'webmail' is distinct from 'true'
    )
    into v_companies, v_contactable
    from obs.enrichment_runs r
    join obs.run_event_logs e on e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.run_day = r.run_day
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id and e.kind = 'item' and e.extra ? 'email_status';
    if v_companies > 0 then
        perform obs._put_metric(p_tenant_id, p_run_id, 'companies_with_email', v_companies, '');
        perform obs._put_metric(p_tenant_id, p_run_id, 'companies_contactable', v_contactable, '');
    end if;
end
$$;
comment on function obs._put_contactable(text, text) is
'Counts a run''s companies with e-mail results, and those that can be contacted.';
