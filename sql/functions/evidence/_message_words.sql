-- obs._message_words: title line and first sentence of a message
-- Called by: _message
-- Reads/Writes: nothing
-- Raises: nothing
-- p_facts may carry previous_value, previous_severity, channel and error; without them the alert itself says what was before.
create or replace function obs._message_words(
    p_kind text, p_alert obs.alerts, p_headline text, p_unit text, p_facts jsonb, p_open int, p_count int,
    out title text, out sentence text
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_age text := obs._age(coalesce(p_alert.resolved_at, obs.now()) - p_alert.breached_at);
    v_before numeric := coalesce(obs._number(p_facts ->> 'previous_value'), p_alert.first_value, p_alert.value);
    v_change text := obs._amount(v_before, p_unit) || ' -> ' || obs._amount(p_alert.value, p_unit);
begin
    title := case p_kind
        when 'escalated' then 'Escalated: ' when 'update' then 'Update: ' when 'repeat' then 'Still firing: '
        when 'acknowledged' then 'Acknowledged: ' when 'resolved' then 'Resolved: ' when 'dead_letter' then 'Not delivered: ' else ''
    end || p_headline;
    sentence := case p_kind
        when 'escalated' then format('now %s%s, %s', p_alert.severity,
            coalesce(', was ' || (p_facts ->> 'previous_severity'), ''), v_change)
        when 'update' then format('now %s of %s alerts open, %s', p_open, p_count, v_change)
        when 'repeat' then format('still firing, %s, %s', v_age, v_change)
        when 'acknowledged' then format('acknowledged by %s%s', coalesce(p_alert.acked_by, 'somebody'), coalesce(': ' || p_alert.ack_note, ''))
        when 'resolved' then format('resolved after %s%s', v_age, coalesce(': ' || p_alert.resolve_reason, ''))
        when 'dead_letter' then format('could not be delivered on %s%s', coalesce(p_facts ->> 'channel', 'its channel'),
            coalesce(': ' || (p_facts ->> 'error'), ''))
    end;
end
$$;
comment on function obs._message_words(text, obs.alerts, text, text, jsonb, int, int) is
'Title line and first sentence of a message, by what kind of news it is.';
