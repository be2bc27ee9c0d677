-- obs._resolve_tenant: the tenant of a run among those that the caller may use
-- Called by: every function that is given a run id and must find it
-- Reads/Writes: enrichment_runs
-- Raises: OB002 unknown, OB004 ambiguous
-- Who may read runs is shown how to find the right one; who only writes them has perhaps not started it.
-- A run of somebody else's gets the very answer of a run that does not exist.
create or replace function obs._resolve_tenant(p_run_id text, p_tenant_id text, p_allowed text[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant text := obs._find_tenant(p_run_id, p_tenant_id, p_allowed);
begin
    if v_tenant is null then
        raise exception 'run % is not known among your tenants', quote_nullable(left(p_run_id, 128))
            using errcode = 'OB002', hint = case
                when has_any_column_privilege(obs._asker(), 'obs.enrichment_runs', 'select')
                    then 'Is it misspelt? select tenant_id, run_id from obs.enrichment_runs order by started_at desc limit 20;'
                else 'Is it misspelt? Otherwise start it: select obs.start_run(p_tenant_id => ..., p_run_id => ...).'
            end;
    end if;
    return v_tenant;
end
$$;
comment on function obs._resolve_tenant(text, text, text[]) is
'The tenant of a run among those that the caller may use.';
