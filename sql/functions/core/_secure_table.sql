-- obs._secure_table: enables and forces row security on a table of obs and gives it its policies
-- Called by: schema/90_policies.sql, _ensure_event_day (partitions)
-- Reads/Writes: the catalog
-- Raises: nothing; what is in place is left alone, so that a second install takes no lock
-- Nobody but the owner sees peppers and the dump marker. Readers see their tenants' rows, and the rows for all tenants of
-- what is configured; what belongs to no tenant is for ops and administrators, what has lost its tenant for administrators
-- alone. Reviewers are readers of what QA is about; a policy that an older version made without them, or with them, is put
-- right.
create or replace function obs._secure_table(p_table regclass) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := (select c.relname from pg_class c where c.oid = p_table);
    v_of_tenants boolean := exists (
        select from pg_attribute a where a.attrelid = p_table and a.attname = 'tenant_id' and not a.attisdropped
    ) and v_name not in (
        'tenant_roles', 'audit_log', 'stage_deltas', 'tenant_peppers', 'alert_groups', 'alert_states', 'notifications',
        'notification_threads', 'notification_routes'
    );
    v_configured boolean := v_name in (
        'settings', 'price_cards', 'vendor_error_codes', 'extra_keys', 'alert_thresholds', 'alert_silences', 'qa_sources',
        'webmail_domains'
    );
    v_reviewed boolean := v_name in (
        'enrichment_runs', 'alert_thresholds', 'qa_draws', 'qa_samples', 'qa_reviews', 'qa_follow_ups'
    );
    v_common boolean := v_name in ('alert_rules', 'runbooks', 'runbook_checks');
    v_there text[] := array(select p.polname from pg_policy p where p.polrelid = p_table);
begin
    if not (select c.relrowsecurity and c.relforcerowsecurity from pg_class c where c.oid = p_table) then
        execute format('alter table %s enable row level security', p_table);
        execute format('alter table %s force row level security', p_table);
    end if;
    if 'obs_owner_all' <> all(v_there) then
        execute format('create policy obs_owner_all on %s to obs_owner using (true) with check (true)', p_table);
    end if;
    if v_of_tenants and 'obs_tenant_rows' <> all(v_there) then
        if v_configured then
            execute format(
                'create policy obs_tenant_rows on %s for select to obs_reader, obs_bi '
                'using (tenant_id is null or tenant_id = any((select obs.visible_tenants())::text[]))', p_table
            );
        else
            execute format(
                'create policy obs_tenant_rows on %s for select to obs_reader, obs_bi '
                'using (tenant_id = any((select obs.visible_tenants())::text[]))', p_table
            );
        end if;
    end if;
    if v_of_tenants and v_reviewed <> (
        select 'obs_reviewer'::regrole = any(p.polroles)
        from pg_policy p where p.polrelid = p_table and p.polname = 'obs_tenant_rows'
    ) then
        if v_reviewed then
            execute format('alter policy obs_tenant_rows on %s to obs_reader, obs_bi, obs_reviewer', p_table);
        else
            execute format('alter policy obs_tenant_rows on %s to obs_reader, obs_bi', p_table);
        end if;
    end if;
    if v_common and 'obs_common_rows' <> all(v_there) then
        execute format('create policy obs_common_rows on %s for select to obs_reader, obs_bi using (true)', p_table);
    end if;
    if v_name = 'quarantined_events' and 'obs_ops_rows' <> all(v_there) then
        execute format('create policy obs_ops_rows on %s for select to obs_ops using (tenant_id is not null)', p_table);
    elsif v_name not in ('tenant_peppers', 'dump_marker') and 'obs_ops_rows' <> all(v_there) then
        execute format('create policy obs_ops_rows on %s for select to obs_ops using (true)', p_table);
    end if;
    if v_name not in ('tenant_peppers', 'dump_marker') and 'obs_admin_rows' <> all(v_there) then
        execute format('create policy obs_admin_rows on %s for select to obs_admin using (true)', p_table);
    end if;
end
$$;
comment on function obs._secure_table(regclass) is
'Enables and forces row security on a table of obs and gives it its policies.';
