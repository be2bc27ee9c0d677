-- obs.run_check: one check of an alert's runbook: its verdict, what was found, what to do
-- Called by: forwarders and obs diagnose, under a statement_timeout of 500 ms; diagnose
-- Reads/Writes: what the check reads; nothing is written
-- Raises: OB010 unknown alert, 22023 a check that its runbook does not have
-- A statement_timeout set within a function does not stop it, so the caller sets it. Whatever a relation of the host refuses
-- is an unknown with its SQLSTATE, never the end of the diagnosis.
create or replace function obs.run_check(p_alert_id bigint, p_check_name text) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $$
declare
    v_alert obs.alerts := obs._own_alert(p_alert_id);
    v_check regprocedure;
    v_answer jsonb;
    v_state text;
begin
    if not exists (select from obs.checks_of(p_alert_id) c where c.check_name = p_check_name) then
        raise exception 'alert % has no check %', p_alert_id, quote_nullable(left(p_check_name, 64))
            using errcode = '22023', hint = format('select * from obs.checks_of(%s);', p_alert_id);
    end if;
    v_check := to_regprocedure(format('obs.%I(obs.alerts)', '_check_' || p_check_name));
    if v_check is null then
        v_answer := obs._finding('unknown', format('this version of obs has no check %s', p_check_name));
    else
        begin
            execute format('select %s($1)', v_check::oid::regproc) into v_answer using v_alert;
        exception
            -- By class: data, access and names, locks and state, and a relation that was dropped meanwhile.
            when data_exception or syntax_error_or_access_rule_violation or object_not_in_prerequisite_state or internal_error then
                get stacked diagnostics v_state = returned_sqlstate;
                v_answer := obs._finding('unknown', case v_state
                    when '55P03' then 'somebody holds the relation in exclusive mode: it could not be looked at'
                    else format('the check ended with SQLSTATE %s', v_state) end);
        end;
    end if;
    return jsonb_build_object('check', p_check_name) || jsonb_strip_nulls(v_answer);
end
$$;
comment on function obs.run_check(bigint, text) is
'One check of an alert''s runbook, read-only: check, verdict (cause, clear, unknown), finding, next_step, sql, data.';
