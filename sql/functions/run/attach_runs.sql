-- obs.attach_runs: adopts the host's own table of runs: back-fills obs from it and mirrors start, end and status from
-- then on
-- Called by: administrators who own the host's table
-- Reads/Writes: the host's table (one column, one trigger, one grant), attached_relations, enrichment_runs
-- Raises: 22023 a table without the needed columns, 42501 not the table's owner, or no table
-- Runs as its caller, since only the table's owner may change it, and what the table's owner hung on it then runs with the
-- caller's rights. A second call changes nothing. Nothing is rewritten:
-- the one added column is nullable without a default.
create or replace function obs.attach_runs(p_relation regclass, p_status_map jsonb default '{}') returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_missing text := (
        select string_agg(n.name, ', ' order by n.name)
        from unnest(array['run_id', 'tenant_id', 'started_at', 'ended_at', 'status']) as n (name)
        where not exists (
            select from pg_attribute a where a.attrelid = p_relation and a.attname = n.name and not a.attisdropped
        )
    );
    v_row jsonb;
    v_new bigint := 0;
    v_schema constant regnamespace := (select c.relnamespace from pg_class c where c.oid = p_relation);
begin
    if v_missing is not null then
        raise exception 'table % has no column %', p_relation, v_missing
            using errcode = '22023', hint = 'It needs run_id, tenant_id, started_at, ended_at and status.';
    end if;
    if not exists (
        select from pg_attribute a where a.attrelid = p_relation and a.attname = 'langsmith_trace_url' and not a.attisdropped
    ) then
        execute format('alter table %s add column langsmith_trace_url text', p_relation);
    end if;
    if not has_schema_privilege('obs_host', v_schema, 'usage') then
        execute format('grant usage on schema %s to obs_host', v_schema);
    end if;
    if not has_column_privilege('obs_host', p_relation, 'run_id', 'select')
        or not has_column_privilege('obs_host', p_relation, 'langsmith_trace_url', 'update')
    then
        execute format(
            'grant select (run_id, tenant_id, langsmith_trace_url), update (langsmith_trace_url) on %s to obs_host', p_relation
        );
    end if;
    perform obs._register_relation(p_relation, coalesce(p_status_map, '{}'));
    if not exists (select from pg_trigger t where t.tgrelid = p_relation and t.tgname = 'obs_mirror_run') then
        execute format(
            'create trigger obs_mirror_run after insert or update of run_id, tenant_id, started_at, ended_at, status, '
            'langsmith_trace_url on %s for each row execute function obs._mirror_run()', p_relation
        );
    end if;
    for v_row in
        execute format(
            'select jsonb_build_object(''run_id'', h.run_id, ''tenant_id'', h.tenant_id, ''started_at'', h.started_at, '
            '''ended_at'', h.ended_at, ''status'', h.status, ''langsmith_trace_url'', h.langsmith_trace_url) from %s h',
            p_relation
        )
    loop
        v_new := v_new + obs._backfill_run(p_relation, v_row)::int;
    end loop;
    return v_new;
end
$$;
comment on function obs.attach_runs(regclass, jsonb) is
'Adopts the host''s table of runs: adds langsmith_trace_url if missing, back-fills, mirrors start, end and status '
'by trigger; returns
how many runs were new to obs. p_status_map turns the host''s status words into those of obs. Call it as the table''s owner, member of obs_admin.';
