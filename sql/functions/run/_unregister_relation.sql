-- obs._unregister_relation: forgets an attached table; true when it was attached
-- Called by: detach_runs (as its caller)
-- Reads/Writes: attached_relations, enrichment_runs
-- Raises: nothing
create or replace function obs._unregister_relation(p_relation regclass) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_found boolean;
begin
    delete from obs.attached_relations a where a.relation = obs._relation_name(p_relation);
    v_found := found;
    update obs.enrichment_runs r set host_relation = null where r.host_relation = obs._relation_name(p_relation);
    return v_found;
end
$$;
comment on function obs._unregister_relation(regclass) is 'Forgets an attached table; true when it was attached.';
