-- obs.diagnose: runs the checks of an alert's runbook and says what each found
-- Called by: people; forwarders run the checks one by one (checks_of, run_check)
-- Reads/Writes: what the checks read; alerts (evidence, unless it is already kept)
-- Raises: OB010 unknown alert
-- What is left after three seconds is not begun. In a read-only transaction nothing is kept.
create or replace function obs.diagnose(p_alert_id bigint) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_alert obs.alerts := obs._own_alert(p_alert_id);
    v_began constant timestamptz := clock_timestamp();
    v_check text;
    v_evidence jsonb := jsonb_build_array();
begin
    for v_check in select c.check_name from obs.checks_of(p_alert_id) c loop
        if clock_timestamp() > v_began + interval '3 seconds' then
            v_evidence := v_evidence || (
                jsonb_build_object('check', v_check)
                || jsonb_strip_nulls(obs._finding('unknown', 'not looked at: the checks before took three seconds'))
            );
        else
            v_evidence := v_evidence || obs.run_check(p_alert_id, v_check);
        end if;
    end loop;
    if v_alert.evidence is null and v_alert.resolved_at is null and current_setting('transaction_read_only') = 'off' then
        perform obs._freeze_evidence(v_alert, v_evidence);
    end if;
    return v_evidence;
end
$$;
comment on function obs.diagnose(bigint) is
'Runs the checks of an alert''s runbook and returns what each found, as an array; kept with the alert when nothing is yet.';
