-- obs._check_export_errors: what kind of failures the export had, against the last seven runs
-- Called by: run_check
-- Reads/Writes: run_error_codes, run_stage_stats
-- Raises: nothing
-- A class is a cause when its share of all exports rose by 5 points and it is three failures or more.
create or replace function obs._check_export_errors(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_stage obs.run_stage_stats;
    v_all text;
    v_data jsonb;
    v_top record;
begin
    select s.* into v_stage
    from obs.run_stage_stats s
    where s.tenant_id = p_alert.tenant_id and s.run_id = p_alert.run_id and s.stage = 'export_odoo';
    if not found then
        return obs._finding('unknown', 'the run has no stage export_odoo', 'see whether the export ran at all');
    end if;
    select string_agg(format('%s: %s', x.class, x.codes), '; ' order by x.n desc), jsonb_agg(to_jsonb(x) order by x.n desc)
    into v_all, v_data
    from obs._class_split(p_alert.tenant_id, p_alert.run_id, 'export_odoo') x;
    select x.* into v_top
    from obs._class_split(p_alert.tenant_id, p_alert.run_id, 'export_odoo') x
    where x.n >= 3 and x.rate - coalesce(x.usual, 0) >= 0.05
    order by x.n desc
    limit 1;
    if not found then
        return obs._finding('clear', format('%s of %s exports failed%s', v_stage.count_error, v_stage.count_total,
            coalesce(' (' || left(v_all, 200) || ')', '')), p_data => v_data);
    end if;
    return obs._finding(
        'cause', format('%s of %s exports failed on %s, usual %s (%s)', v_top.n, v_stage.count_total, v_top.class,
            coalesce(round(100 * v_top.usual, 1) || ' %', 'not known'), left(v_all, 200)),
        case v_top.class
            when 'constraints' then 'set sane defaults, skip non-essential fields; then re-run the export only'
            when 'connections' then 'see whether Odoo''s database can be reached; then re-run the export only'
            when 'timeouts' then 'see whether Odoo''s database can be reached; then re-run the export only'
            when 'credentials' then 'verify the credentials; then re-run the export only'
            when 'robots' then 'verify the credentials and rights of the Odoo user; then re-run the export only'
            else 'look at the messages; then re-run the export only'
        end,
        p_data => v_data
    );
end
$$;
comment on function obs._check_export_errors(obs.alerts) is
'Failures of the export by class: constraints, connections, credentials, …, against the last seven runs.';
