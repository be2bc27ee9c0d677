-- obs._to_events: JSON objects with the log format's field names as events, mended where a type is wrong
-- Called by: log_events, _adopt, _drill_rows
-- Reads/Writes: nothing
-- Raises: nothing: an element that is no object becomes an event without ids, which the door quarantines
-- Fields the format does not know go to extra, where the rules for extra hold.
create or replace function obs._to_events(p_events jsonb, p_tenant_id text) returns obs.event[]
language sql stable
begin atomic
    select
        array_agg(
            row(
                x.ord::int,
                coalesce(t.ts, obs.now()),
                f.level,
                f.logger,
                coalesce(f.tenant_id, p_tenant_id),
                f.run_id,
                f.stage,
                f.company_id,
                f.event,
                f.status,
                obs._whole(obs._number(f.duration_ms)),
                f.error_code,
                f.error_msg,
                f.vendor,
                f.model,
                obs._number(f.cost_usd),
                obs._whole(obs._number(f.tokens_input)),
                obs._whole(obs._number(f.tokens_output)),
                f.trace_id,
                case
                    when f.event_id ~* '^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$' then f.event_id::uuid
                    when f.event_id <> '' then md5(f.event_id)::uuid
                end,
                f.producer,
                obs._whole(obs._number(f.seq)),
                obs._warn(
                    nullif(
                        case
                            when f.extra is null or f.extra = 'null' then '{}'
                            when jsonb_typeof(f.extra) = 'object' then f.extra
                            else jsonb_build_object('value', f.extra)
                        end || o.beyond,
                        '{}'
                    ),
                    array_remove(array[
                        case when f.ts is not null and t.ts is null then 'ts_unreadable' end,
                        case when f.duration_ms is not null and obs._number(f.duration_ms) is null then 'duration_unreadable' end,
                        case when f.cost_usd is not null and obs._number(f.cost_usd) is null then 'cost_unreadable' end,
                        case
                            when (f.tokens_input is not null and obs._number(f.tokens_input) is null)
                                or (f.tokens_output is not null and obs._number(f.tokens_output) is null)
                                then 'tokens_unreadable'
                        end
                    ], null)
                )
            )::obs.event
            order by x.ord
        )
    from jsonb_array_elements(p_events) with ordinality as x (v, ord)
    cross join lateral (
        select
            case when jsonb_typeof(x.v) = 'object' then x.v else '{}' end as fields,
            case
                when jsonb_typeof(x.v) = 'object' then x.v - array[
                    'ts', 'level', 'logger', 'tenant_id', 'run_id', 'stage', 'company_id', 'event', 'status', 'duration_ms',
                    'error_code', 'error_msg', 'vendor', 'model', 'cost_usd', 'tokens_input', 'tokens_output', 'trace_id',
                    'event_id', 'producer', 'seq', 'extra'
                ]
                else jsonb_build_object('value', x.v)
            end as beyond
        order by 1
        limit 1
    ) as o
    cross join lateral jsonb_to_record(o.fields) as f (
        ts text, level text, logger text, tenant_id text, run_id text, stage text, company_id text, event text, status text,
        duration_ms text, error_code text, error_msg text, vendor text, model text, cost_usd text, tokens_input text,
        tokens_output text, trace_id text, event_id text, producer text, seq text, extra jsonb
    )
    cross join lateral (
        select obs._moment(f.ts) as ts
        order by 1
        limit 1
    ) as t;
end;
comment on function obs._to_events(jsonb, text) is
'JSON objects with the log format''s field names as events, mended where a type is wrong.';
