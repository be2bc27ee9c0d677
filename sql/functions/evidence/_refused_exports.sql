-- obs._refused_exports: the columns and constraints for which exports of a run were refused
-- Called by: the checks odoo_mapping and odoo_defaults
-- Reads/Writes: enrichment_runs, run_event_logs, error_texts
-- Raises: nothing
-- Names come from PostgreSQL's and Odoo's messages; the first 2 000 failures are looked at.
create or replace function obs._refused_exports(p_tenant_id text, p_run_id text)
returns table (column_name text, constraint_name text, n bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_day date := (select r.run_day from obs.enrichment_runs r where r.tenant_id = p_tenant_id and r.run_id = p_run_id);
begin
    return query
    select substring(f.error_msg from 'column "([a-z0-9_]{1,63})"'), substring(f.error_msg from 'constraint "([a-z0-9_]{1,63})"'),
        sum(f.n)::bigint
    from (
        select left(e.error_msg, 500) as error_msg, e.error_code, count(*) as n
        from (
            select obs.error_text(x.tenant_id, x.error_msg) as error_msg, x.error_code
            from obs.run_event_logs x
            where x.tenant_id = p_tenant_id and x.run_id = p_run_id and x.run_day = v_day and x.stage = 'export_odoo'
              and x.status = 'error' and x.kind = 'item'
            order by x.ts
            limit 2000
        ) e
        group by 1, 2
    ) f
    where obs._error_class(f.error_code) = 'constraints' or f.error_msg ~ 'violates .{0,20}constraint'
    group by 1, 2
    order by 3 desc, 1, 2;
end
$$;
comment on function obs._refused_exports(text, text) is
'The columns and constraints for which exports of a run were refused, with their numbers.';
