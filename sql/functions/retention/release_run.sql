-- obs.release_run: ends the hold of a run; its raw events leave with the next maintenance when their window has passed
-- Called by: administrators
-- Reads/Writes: run_holds, audit_log
-- Raises: OB002 unknown run, OB004 ambiguous run id, 22023 when the run is not held
create or replace function obs.release_run(p_run_id text, p_tenant_id text default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._writable_tenants());
begin
    update obs.run_holds h
    set released_at = clock_timestamp(), released_by = obs._asker()
    where h.tenant_id = v_tenant and h.run_id = p_run_id and h.released_at is null;
    if not found then
        raise exception 'run % is not held', quote_literal(p_run_id)
            using errcode = '22023', hint = 'select * from obs.run_holds where released_at is null;';
    end if;
    perform obs._audit(v_tenant, 'release_run', jsonb_build_object('run_id', p_run_id));
end
$$;
comment on function obs.release_run(text, text) is
'Ends the hold of a run: its raw events leave with the next maintenance when their window has passed. Administrators only.';
