-- obs._probe_redaction: sends the canaries of a run through the door and writes down which of them would have been stored raw
-- Called by: _after_change when a run ended
-- Reads/Writes: privacy_canaries; all that a batch writes, in a sub-transaction that is rolled back
-- Raises: nothing: a probe that fails is written down with its SQLSTATE, and alarms like a canary that came through
-- Three events hold them all, so that each rule is worked once. A text beside others is looked at whatever the cheap tests
-- say of it: so these are asked about each canary alone.
create or replace function obs._probe_redaction(p_tenant_id text, p_run_id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_kinds text[];
    v_missed text[];
    v_sqlstate text;
begin
    begin
        select p.kinds, p.missed into v_kinds, v_missed from obs._plant(p_tenant_id, p_run_id) p;
    exception when others then
        get stacked diagnostics v_sqlstate = returned_sqlstate;
    end;
    begin
        insert into obs.privacy_canaries as c (tenant_id, run_id, planted, caught, missed, error_sqlstate, probed_at)
        select p_tenant_id, p_run_id, k.planted, k.planted - cardinality(k.missed), k.missed, v_sqlstate, clock_timestamp()
        from (
            select
                coalesce(cardinality(v_kinds), 1) as planted,
                case when v_sqlstate is null then v_missed else array['probe'] end as missed
        ) k
        where exists (select from obs.enrichment_runs r where r.tenant_id = p_tenant_id and r.run_id = p_run_id)
        on conflict (tenant_id, run_id) do update set
            planted = excluded.planted, caught = excluded.caught, missed = excluded.missed,
            error_sqlstate = excluded.error_sqlstate, probed_at = excluded.probed_at;
    exception when others then
        raise warning 'obs cannot write down what became of the canaries of a run: SQLSTATE %', sqlstate;
    end;
end
$$;
comment on function obs._probe_redaction(text, text) is
'Sends the canaries of a run through the door, takes them back, and writes down which would have been stored raw.';
