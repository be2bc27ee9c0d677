-- obs._to_events: JSON objects with the log format's field names as events, mended where a type is wrong
-- Called by: log_events
-- Reads/Writes: nothing
-- Raises: nothing: an element that is no object becomes an event without ids, which the door quarantines
-- Fields the format does not know go to extra, where the rules for extra hold.
create or replace function obs._to_events(p_events jsonb, p_tenant_id text) returns obs.event[]
language sql stable
begin atomic
    select
        array_agg(
            row(
                j.ord::int,
                coalesce(obs._json_time(j.o -> 'ts'), clock_timestamp()),
                obs._json_text(j.o -> 'level'),
                obs._json_text(j.o -> 'logger'),
                coalesce(obs._json_text(j.o -> 'tenant_id'), p_tenant_id),
                obs._json_text(j.o -> 'run_id'),
                obs._json_text(j.o -> 'stage'),
                obs._json_text(j.o -> 'company_id'),
                obs._json_text(j.o -> 'event'),
                obs._json_text(j.o -> 'status'),
                obs._json_bigint(j.o -> 'duration_ms'),
                obs._json_text(j.o -> 'error_code'),
                obs._json_text(j.o -> 'error_msg'),
                obs._json_text(j.o -> 'vendor'),
                coalesce(obs._json_text(j.o -> 'model'), obs._json_text(j.o -> 'extra' -> 'model')),
                obs._json_number(j.o -> 'cost_usd'),
                obs._json_bigint(j.o -> 'tokens_input'),
                obs._json_bigint(j.o -> 'tokens_output'),
                obs._json_text(j.o -> 'trace_id'),
                case
                    when j.o ->> 'event_id' ~* '^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$' then (j.o ->> 'event_id')::uuid
                    when j.o ->> 'event_id' <> '' then md5(j.o ->> 'event_id')::uuid
                end,
                obs._json_text(j.o -> 'producer'),
                obs._json_bigint(j.o -> 'seq'),
                obs._warn(nullif(j.extra, '{}'), array_remove(array[
                    case when j.o -> 'ts' <> 'null' and obs._json_time(j.o -> 'ts') is null then 'ts_unreadable' end,
                    case
                        when j.o -> 'duration_ms' <> 'null' and obs._json_number(j.o -> 'duration_ms') is null
                            then 'duration_unreadable'
                    end,
                    case
                        when j.o -> 'cost_usd' <> 'null' and obs._json_number(j.o -> 'cost_usd') is null then 'cost_unreadable'
                    end,
                    case
                        when (j.o -> 'tokens_input' <> 'null' and obs._json_number(j.o -> 'tokens_input') is null)
                            or (j.o -> 'tokens_output' <> 'null' and obs._json_number(j.o -> 'tokens_output') is null)
                            then 'tokens_unreadable'
                    end
                ], null))
            )::obs.event
            order by j.ord
        )
    from (
        select
            e.ord,
            e.o,
            case jsonb_typeof(e.o -> 'extra')
                when 'object' then e.o -> 'extra'
                when 'null' then '{}'
                else case when e.o ? 'extra' then jsonb_build_object('value', e.o -> 'extra') else '{}' end
            end
            || (e.o - array[
                'ts', 'level', 'logger', 'tenant_id', 'run_id', 'stage', 'company_id', 'event', 'status', 'duration_ms',
                'error_code', 'error_msg', 'vendor', 'model', 'cost_usd', 'tokens_input', 'tokens_output', 'trace_id',
                'event_id', 'producer', 'seq', 'extra'
            ]) as extra
        from (
            select
                x.ord,
                case when jsonb_typeof(x.v) = 'object' then x.v else jsonb_build_object('value', x.v) end as o
            from jsonb_array_elements(p_events) with ordinality as x (v, ord)
        ) as e
    ) as j;
end;
comment on function obs._to_events(jsonb, text) is 'JSON objects with the log format''s field names as events, mended where a type is wrong.';
