-- obs._blast_radius: how many companies, items or calls some alerts concern, and of how many tenants
-- Called by: _message, pages
-- Reads/Writes: alerts, alert_rules, run_stage_stats, run_vendor_usage
-- Raises: nothing
create or replace function obs._blast_radius(p_alert_ids bigint[], p_tenants text[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_of record;
begin
    select
        count(distinct a.tenant_id) as tenants, count(distinct (a.tenant_id, a.run_id)) filter (where a.run_id is not null) as runs,
        sum(s.count_error) as failed, sum(s.count_total) as items, min(s.stage) as stage, count(distinct s.stage) as stages,
        sum(u.rate_limit_hits + u.quota_hits) as refused, sum(u.calls) as calls, min(u.vendor) as vendor,
        sum((a.details ->> 'companies')::numeric) filter (where jsonb_typeof(a.details -> 'companies') = 'number') as companies
    into v_of
    from obs.alerts a
    left join obs.alert_rules r on r.alert_code = a.alert_code
    left join obs.run_stage_stats s
        on s.tenant_id = a.tenant_id and s.run_id = a.run_id and s.stage = any(coalesce(r.stages, array[a.subject]))
    left join obs.run_vendor_usage u on u.tenant_id = a.tenant_id and u.run_id = a.run_id and u.vendor = a.subject
    where a.alert_id = any(p_alert_ids) and a.tenant_id = any(p_tenants);
    return concat_ws(
        ', ',
        case
            when v_of.companies is not null then v_of.companies || ' companies'
            when v_of.items > 0 then format('%s of %s items of %s', v_of.failed, v_of.items,
                case v_of.stages when 1 then v_of.stage else v_of.stages || ' stages' end)
            when v_of.calls > 0 then format('%s of %s calls of %s', v_of.refused, v_of.calls, v_of.vendor)
        end,
        case when v_of.runs > 0 then v_of.runs || case v_of.runs when 1 then ' run' else ' runs' end end,
        v_of.tenants || case v_of.tenants when 1 then ' tenant' else ' tenants' end
    );
end
$$;
comment on function obs._blast_radius(bigint[], text[]) is
'How many companies, items or calls some alerts concern, of how many runs and tenants.';
