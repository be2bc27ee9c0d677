-- obs._change_tick: adds to the history of a step that it was ticked or unticked; nothing when it is so already
-- Called by: tick_step, untick_step
-- Reads/Writes: runbook_ticks, audit_log
-- Raises: OB010 unknown alert, 22023 for a step that its runbook does not have
-- Two at once meet at the key: the second waits, looks again and finds done what it came for. No row of the alert is locked,
-- so nobody's open transaction keeps the machine waiting. A note to a step that is ticked already is kept beside it.
create or replace function obs._change_tick(p_alert_id bigint, p_step int, p_action text, p_note text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_alert obs.alerts := obs._own_alert(p_alert_id);
    v_note constant text := nullif(btrim(obs._redact_text(v_alert.tenant_id, left(p_note, 1000))), '');
    v_code constant text := obs._runbook_of(v_alert.alert_code);
    v_step record;
    v_ordinal int;
    v_is_ticked boolean;
    v_action text;
begin
    select s.* into v_step from obs._runbook_steps(v_code) s where s.step = p_step;
    if not found then
        raise exception 'runbook % has no step %', v_code, coalesce(p_step::text, 'NULL')
            using errcode = '22023', hint = format('select step, text from obs.runbook_steps(%s);', p_alert_id);
    end if;
    loop
        select
            coalesce(max(t.ordinal), 0),
            -- A tick of the step as it once read is none of the present one.
            coalesce((
                array_agg(t.action = 'tick' and t.step_fingerprint = v_step.fingerprint order by t.ordinal desc)
                    filter (where t.action <> 'note')
            )[1], false)
        into v_ordinal, v_is_ticked
        from obs.runbook_ticks t
        where t.tenant_id = v_alert.tenant_id and t.alert_id = p_alert_id and t.step = p_step;
        if v_is_ticked = (p_action = 'tick') then
            exit when v_note is null or not v_is_ticked;
            v_action := 'note';
        else
            v_action := p_action;
        end if;
        insert into obs.runbook_ticks (
            tenant_id, alert_id, step, ordinal, action, step_kind, step_fingerprint, runbook_code, note, done_by, done_at
        )
        values (
            v_alert.tenant_id, p_alert_id, p_step, v_ordinal + 1, v_action, v_step.kind, v_step.fingerprint, v_code, v_note,
            obs._asker(), obs.now()
        )
        on conflict do nothing;
        if found then
            perform obs._audit(v_alert.tenant_id, 'runbook_' || v_action, jsonb_strip_nulls(jsonb_build_object(
                'alert_id', p_alert_id, 'step', p_step, 'note', v_note
            )));
            exit;
        end if;
    end loop;
end
$$;
comment on function obs._change_tick(bigint, int, text, text) is
'Adds to the history of a step that it was ticked or unticked; nothing when it is so already.';
