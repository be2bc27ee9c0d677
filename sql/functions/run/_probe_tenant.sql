-- obs._probe_tenant: the canaries of a made-up run of a tenant, which is taken back
-- Called by: privacy_audit
-- Reads/Writes: all that a run writes, in a sub-transaction that is rolled back
-- Raises: nothing: a probe that fails has caught nothing
create or replace function obs._probe_tenant(p_tenant_id text) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_run constant text := 'audit-' || gen_random_uuid();
    v_answer jsonb;
begin
    begin
        perform obs._open_run(p_tenant_id, v_run, 'audit', obs.now(), null, '{}');
        select jsonb_build_object('planted', cardinality(p.kinds), 'missed', to_jsonb(p.missed)) into v_answer
        from obs._plant(p_tenant_id, v_run) p;
        raise sqlstate 'DRILL' using message = 'the made-up run is taken back';
    exception
        when sqlstate 'DRILL' then
            return v_answer;
        when others then
            return jsonb_build_object('planted', 1, 'missed', jsonb_build_array('probe: SQLSTATE ' || sqlstate));
    end;
end
$$;
comment on function obs._probe_tenant(text) is 'The canaries of a made-up run of a tenant, which is taken back: planted, missed.';
