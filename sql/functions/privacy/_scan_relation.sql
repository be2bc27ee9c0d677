-- obs._scan_relation: reads every text of one table or partition and tells what is raw in it
-- Called by: privacy_audit, _audit_day
-- Reads/Writes: the relation
-- Raises: nothing; a partition that was dropped meanwhile has no rows
-- Two passes: one counts, one looks. Equal cells of a tenant are looked at once. Findings of one tenant, column and kind are
-- one, counted, at most 100 a relation; never a value: the first row is named by its place and its key, as an id may be stored.
-- Reads from block p_from up to, not with, p_to: by default all that a relation can have.
create or replace function obs._scan_relation(
    p_relation regclass, p_tenant_id text, p_from bigint default 0, p_to bigint default 4294967295
) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_first constant tid := format('(%s,0)', p_from)::tid;
    v_end constant tid := format('(%s,0)', least(p_to, 4294967295))::tid;
    v_sizes jsonb;
    v_findings jsonb;
begin
    if obs._scan_sql(p_relation, 'sizes', p_tenant_id is not null) is null then
        return null;
    end if;
    execute obs._scan_sql(p_relation, 'sizes', p_tenant_id is not null) into v_sizes using p_tenant_id, v_first, v_end;
    execute obs._scan_sql(p_relation, 'findings', p_tenant_id is not null) into v_findings using p_tenant_id, v_first, v_end;
    return jsonb_build_object(
        'table', (select c.table_name from obs._scanned_columns() c where c.relation = p_relation limit 1),
        'relation', p_relation::text, 'sizes', coalesce(v_sizes, '{}'), 'findings', coalesce(v_findings, '[]')
    );
exception when undefined_table then
    return null;
end
$$;
comment on function obs._scan_relation(regclass, text, bigint, bigint) is
'Reads every text of one table or partition and tells by tenant, column and kind what is raw in it; never a value.';
