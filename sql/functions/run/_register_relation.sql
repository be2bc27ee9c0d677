-- obs._register_relation: notes an attached table with its status words and key types
-- Called by: attach_runs (as its caller)
-- Reads/Writes: attached_relations
-- Raises: 22023 a status map with words that obs does not know, 42501 no table of the caller's
-- What stands behind a view would run with the rights of obs_owner: only tables are taken.
create or replace function obs._register_relation(p_relation regclass, p_status_map jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_bad text := (
        select string_agg(m.value, ', ') from jsonb_each_text(p_status_map) m
        where m.value not in ('running', 'success', 'partial', 'error', 'cancelled', 'crashed')
    );
begin
    if v_bad is not null then
        raise exception 'status map leads to %: only running, success, partial, error, cancelled, crashed are known', left(v_bad, 200)
            using errcode = '22023';
    end if;
    if not exists (
        select from pg_class c where c.oid = p_relation and c.relkind in ('r', 'p') and pg_has_role(obs._asker(), c.relowner, 'usage')
    ) then
        raise exception '% is no table of yours: only its owner may attach a table', p_relation using errcode = '42501';
    end if;
    insert into obs.attached_relations as a (relation, status_map, run_id_type, tenant_id_type, attached_by)
    select obs._relation_name(p_relation), p_status_map,
        max(format_type(t.atttypid, t.atttypmod)) filter (where t.attname = 'run_id'),
        max(format_type(t.atttypid, t.atttypmod)) filter (where t.attname = 'tenant_id'),
        obs._asker()
    from pg_attribute t
    where t.attrelid = p_relation and t.attname in ('run_id', 'tenant_id')
    on conflict (relation) do update set status_map = excluded.status_map
        where a.status_map <> excluded.status_map;
end
$$;
comment on function obs._register_relation(regclass, jsonb) is
'Notes an attached table with its status words and key types.';
