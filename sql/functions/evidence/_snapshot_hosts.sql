-- obs._snapshot_hosts: remembers what the host's relations look like now, for the next diagnosis to compare with
-- Called by: _after_change, when stage mv_refresh or a run has ended
-- Reads/Writes: settings, host_snapshots, enrichment_runs, relations of the host
-- Raises: nothing: a relation that is locked, gone or forbidden is passed over
create or replace function obs._snapshot_hosts(p_tenant_id text, p_run_id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $$
declare
    v_key text;
    v_relation regclass;
    v_parts jsonb;
begin
    if not exists (select from obs.enrichment_runs r where r.tenant_id = p_tenant_id and r.run_id = p_run_id) then
        return;
    end if;
    foreach v_key in array array['host_mv', 'host_icp_rules', 'host_odoo_connections'] loop
        v_relation := obs._host_relation(p_tenant_id, v_key);
        continue when v_relation is null;
        begin
            v_parts := obs._host_parts(p_tenant_id, v_relation);
            insert into obs.host_snapshots as s (tenant_id, run_id, relation, fingerprint, parts)
            values (p_tenant_id, p_run_id, obs._relation_name(v_relation), md5(v_parts::text), v_parts)
            on conflict (tenant_id, run_id, relation) do update
                set fingerprint = excluded.fingerprint, parts = excluded.parts, taken_at = excluded.taken_at;
        exception
            -- By class: data, access and names, locks and state, and what the catalog says of a relation dropped meanwhile.
            when data_exception or syntax_error_or_access_rule_violation or object_not_in_prerequisite_state
                or internal_error or program_limit_exceeded or integrity_constraint_violation
            then
                continue;
        end;
    end loop;
end
$$;
comment on function obs._snapshot_hosts(text, text) is
'Remembers checksums of the relations that the settings host_… name, as they are at the end of a stage or run.';
