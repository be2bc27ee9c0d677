-- obs._secure_table: enables and forces row security on a table of obs and gives it its policies
-- Called by: schema/90_policies.sql, _ensure_event_day (partitions)
-- Reads/Writes: the catalog
-- Raises: nothing; what is in place is left alone, so that a second install takes no lock
-- Nobody but the owner sees peppers. Readers see their tenants' rows, and the rows for all tenants of what is configured;
-- what belongs to no tenant is for ops and administrators, what has lost its tenant for administrators alone. Reviewers are
-- readers of what QA is about. A policy that an older version made for other roles gets those of this one.
create or replace function obs._secure_table(p_table regclass) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_name constant text := (select c.relname from pg_class c where c.oid = p_table);
    v_of_tenants constant boolean := exists (
        select from pg_attribute a where a.attrelid = p_table and a.attname = 'tenant_id' and not a.attisdropped
    ) and v_name not in (
        'tenant_roles', 'audit_log', 'stage_deltas', 'tenant_peppers', 'alert_groups', 'alert_states', 'notifications',
        'notification_threads', 'notification_routes'
    );
    v_configured constant boolean := v_name in (
        'settings', 'price_cards', 'vendor_error_codes', 'extra_keys', 'alert_thresholds', 'alert_silences', 'qa_sources',
        'webmail_domains'
    );
    v_readers constant name[] := array['obs_reader', 'obs_bi'] || case when v_name in (
        'enrichment_runs', 'alert_thresholds', 'qa_draws', 'qa_samples', 'qa_reviews', 'qa_follow_ups'
    ) then array['obs_reviewer'] end;
    v_common constant boolean := v_name in ('alert_rules', 'runbooks', 'runbook_checks');
    v_policy record;
begin
    if not (select c.relrowsecurity and c.relforcerowsecurity from pg_class c where c.oid = p_table) then
        execute format('alter table %s enable row level security', p_table);
        execute format('alter table %s force row level security', p_table);
    end if;
    for v_policy in
        select
            w.name, w.command, w.condition,
            (select string_agg(quote_ident(r.name), ', ' order by r.place) from unnest(w.roles) with ordinality r (name, place)) as roles,
            p.oid is not null as is_there,
            array(select r::regrole::oid from unnest(w.roles) r order by 1) = array(select r from unnest(p.polroles) r order by 1)
                as is_current
        from (
            values
            ('obs_owner_all', array['obs_owner']::name[], 'all', 'using (true) with check (true)', true),
            (
                'obs_tenant_rows', v_readers, 'select', case
                    when v_configured then 'using (tenant_id is null or tenant_id = any((select obs.visible_tenants())::text[]))'
                    else 'using (tenant_id = any((select obs.visible_tenants())::text[]))'
                end, v_of_tenants
            ),
            ('obs_common_rows', array['obs_reader', 'obs_bi']::name[], 'select', 'using (true)', v_common),
            (
                'obs_ops_rows', array['obs_ops']::name[], 'select',
                case v_name when 'quarantined_events' then 'using (tenant_id is not null)' else 'using (true)' end,
                v_name <> 'tenant_peppers'
            ),
            ('obs_admin_rows', array['obs_admin']::name[], 'select', 'using (true)', v_name <> 'tenant_peppers')
        ) w (name, roles, command, condition, is_wanted)
        left join pg_policy p on p.polrelid = p_table and p.polname = w.name
        where w.is_wanted
    loop
        if not v_policy.is_there then
            execute format('create policy %I on %s for %s to %s %s', v_policy.name, p_table, v_policy.command, v_policy.roles,
                v_policy.condition);
        elsif not v_policy.is_current then
            execute format('alter policy %I on %s to %s', v_policy.name, p_table, v_policy.roles);
        end if;
    end loop;
end
$$;
comment on function obs._secure_table(regclass) is
'Enables and forces row security on a table of obs and gives it its policies.';
