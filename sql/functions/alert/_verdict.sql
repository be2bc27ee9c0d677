-- obs._verdict: what a value means under a rule's numbers: ok, breach or no_data, how severe, by which threshold
-- Called by: _judge, _replay
-- Reads/Writes: nothing
-- Raises: nothing
-- No value, no threshold or too small a sample is no_data, never ok. Boundaries are exact: > 0.3 does not hold for 0.3.
create or replace function obs._verdict(
    p_params jsonb, p_value numeric, p_sample numeric, out verdict text, out severity text, out threshold numeric
)
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_threshold constant numeric := (p_params ->> 'threshold')::numeric;
    v_escalate_at constant numeric := case when p_params ->> 'escalated_severity' is not null
        then (p_params ->> 'escalate_at')::numeric end;
    v_beyond boolean;
    v_far_beyond boolean;
begin
    case p_params ->> 'comparison'
        when '>' then
            v_beyond := p_value > v_threshold;
            v_far_beyond := p_value > v_escalate_at;
        when '>=' then
            v_beyond := p_value >= v_threshold;
            v_far_beyond := p_value >= v_escalate_at;
        when '<' then
            v_beyond := p_value < v_threshold;
            v_far_beyond := p_value < v_escalate_at;
        else
            v_beyond := p_value <= v_threshold;
            v_far_beyond := p_value <= v_escalate_at;
    end case;
    verdict := case
        when v_beyond is null or p_sample < (p_params ->> 'min_sample')::numeric then 'no_data'
        when v_beyond then 'breach'
        else 'ok'
    end;
    severity := case when verdict = 'breach' and v_far_beyond then p_params ->> 'escalated_severity' else p_params ->> 'severity' end;
    threshold := case when verdict = 'breach' and v_far_beyond then v_escalate_at else v_threshold end;
end
$$;
comment on function obs._verdict(jsonb, numeric, numeric) is
'What a value means under a rule''s numbers: verdict, severity and the threshold that decided.';
