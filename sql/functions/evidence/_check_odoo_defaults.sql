-- obs._check_odoo_defaults: which default or constraint refuses exports, autopost_bills before all
-- Called by: run_check
-- Reads/Writes: run_event_logs, settings, the catalog
-- Raises: nothing
create or replace function obs._check_odoo_defaults(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_table regclass := obs._host_relation(p_alert.tenant_id, 'host_odoo_connections');
    v_sum bigint;
    v_top record;
    v_default text;
begin
    select sum(r.n) into v_sum from obs._refused_exports(p_alert.tenant_id, p_alert.run_id) r;
    if v_sum is null then
        return obs._finding('clear', 'no export was refused by a constraint');
    end if;
    select r.* into v_top
    from obs._refused_exports(p_alert.tenant_id, p_alert.run_id) r
    where coalesce(r.column_name, r.constraint_name) is not null
    limit 1;
    if not found then
        return obs._finding('unknown', format('%s exports were refused by constraints; the messages do not say which', v_sum),
            'log error_msg with each failed export');
    end if;
    select pg_get_expr(d.adbin, d.adrelid) into v_default
    from pg_attribute a
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = v_table and not a.attisdropped and a.attname = coalesce(
        v_top.column_name, substring(v_top.constraint_name from '(autopost_bills)')
    );
    return obs._finding(
        case when v_top.n >= 3 then 'cause' else 'unknown' end,
        format('%s exports were refused by %s', v_top.n, coalesce('column ' || v_top.column_name, 'constraint ' || v_top.constraint_name))
            || case when found then format('; its default in %s is %s', obs._relation_name(v_table), coalesce(v_default, 'not set'))
                else '' end,
        case when coalesce(v_top.column_name, v_top.constraint_name) ~ 'autopost_bills'
            then 'set a default that Odoo takes (ask, always, never), then re-run the export only'
            else 'set a sane default or skip the field, then re-run the export only' end
    );
end
$$;
comment on function obs._check_odoo_defaults(obs.alerts) is
'Which default or constraint refuses exports, autopost_bills before all.';
