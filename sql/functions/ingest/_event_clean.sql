-- obs._event_clean: whether an event may be stored as it came; beside it _batch_clean, the same for all rows of a batch
-- Called by: _enter; log_batch calls _batch_clean, log_event the parts
-- Reads/Writes: pg_temp.obs_batch
-- Raises: nothing
-- One cheap test that nearly all events pass; only the others pay for _mend. Its parts take columns, not whole rows, so
-- that every caller's planner puts them in line: a test of whole rows costs several times that of columns. An extra that
-- many rows of a batch share is looked at once (offset 0 keeps the test above the distinct).
create or replace function obs._values_clean(
    p_ts timestamptz, p_logger text, p_event text, p_status text, p_stage text, p_vendor text, p_duration_ms bigint,
    p_cost_usd numeric, p_tokens_input bigint, p_tokens_output bigint
) returns boolean
language sql stable parallel safe
return p_ts > '2000-01-01Z'::timestamptz
    and p_ts < now() + interval '1 day'
    and p_event is not null
    and p_logger in ('obs.stage', 'obs.vendor', 'obs.run', 'obs.qa')
    and (p_duration_ms between 0 and 2147483647) is not false
    and (p_cost_usd >= 0 and p_cost_usd < 1000000000) is not false
    and (p_tokens_input between 0 and 1000000000000) is not false
    and (p_tokens_output between 0 and 1000000000000) is not false
    and (
        p_event not in ('finish', 'error') or p_logger <> 'obs.stage' or p_stage is null
        or p_status = case p_event when 'finish' then 'success' else 'error' end
    ) is true
    and (p_vendor is not null or p_event <> 'vendor_call');
comment on function obs._values_clean(
    timestamptz, text, text, text, text, text, bigint, numeric, bigint, bigint
) is 'Whether the typed values of an event are sane, and its status and vendor are what its kind asks for.';

-- Short words of plain characters need no closer look.
create or replace function obs._words_clean(
    p_stage text, p_company_id text, p_event text, p_status text, p_vendor text, p_model text, p_error_code text, p_level text,
    p_trace_id text, p_producer text
) returns boolean
language sql stable parallel safe
return (
        p_stage = '' or p_company_id = '' or p_status = '' or p_error_code = '' or p_vendor = '' or p_model = ''
        or p_trace_id = '' or p_event = ''
    ) is not true
    and (
        p_trace_id is null or octet_length(p_trace_id) <= 128
        and (p_trace_id !~ '[^0-9a-f-]' or not obs._suspect_id(p_trace_id))
    )
    and (
        (
            greatest(
                octet_length(p_stage), octet_length(p_company_id), octet_length(p_event), octet_length(p_status),
                octet_length(p_vendor), octet_length(p_model), octet_length(p_error_code)
            ) <= 19
            and (
                p_error_code ~ '[^A-Z0-9_]' or octet_length(p_producer) > 32 or p_producer ~ '[^0-9a-f-]'
                or p_level not in ('INFO', 'ERROR', 'WARNING', 'DEBUG', 'CRITICAL')
            ) is not true
            and concat(p_stage, p_company_id, p_event, p_status, p_vendor, p_model)
                !~ '[^a-z0-9_. -]|--|[3-7][0-9a-f]40[3-7][0-9a-f]'
        )
        or (
            greatest(
                octet_length(p_stage), octet_length(p_company_id), octet_length(p_event), octet_length(p_status),
                octet_length(p_vendor), octet_length(p_model), octet_length(p_error_code), octet_length(p_level),
                octet_length(p_producer)
            ) <= 128
            and not obs._suspect_id(concat_ws(
                ' ', p_stage, p_company_id, p_event, p_status, p_error_code, p_vendor, p_model, p_level, p_producer
            ))
        )
    );
comment on function obs._words_clean(text, text, text, text, text, text, text, text, text, text) is
'Whether the names, codes and ids of an event may be stored as they came; true guarantees that _mend changes none.';

create or replace function obs._text_clean(p_error_msg text) returns boolean
language sql immutable parallel safe
return p_error_msg is null or (octet_length(p_error_msg) <= 16000 and not obs._suspect(p_error_msg));
comment on function obs._text_clean(text) is 'Whether a message may be stored as it came.';

create or replace function obs._event_clean(p_event obs.event) returns boolean
language sql stable parallel safe
return coalesce(
    obs._values_clean(
        p_event.ts, p_event.logger, p_event.event, p_event.status, p_event.stage, p_event.vendor, p_event.duration_ms,
        p_event.cost_usd, p_event.tokens_input, p_event.tokens_output
    )
    and obs._words_clean(
        p_event.stage, p_event.company_id, p_event.event, p_event.status, p_event.vendor, p_event.model, p_event.error_code,
        p_event.level, p_event.trace_id, p_event.producer
    )
    and p_event.event_id is not null
    and (p_event.model is not null or (p_event.extra ? 'model') is not true)
    and obs._text_clean(p_event.error_msg)
    and obs._extra_clean(p_event.extra),
    false
);
comment on function obs._event_clean(obs.event) is
'Whether an event may be stored as it came: typed values sane, nothing personal suspected.';

create or replace function obs._batch_clean() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return not exists (
            select from pg_temp.obs_batch b
            where (
                b.event <> 'run_start' and b.event_id is not null
                and (b.model is not null or (b.extra ? 'model') is not true)
                and obs._values_clean(
                    b.ts, b.logger, b.event, b.status, b.stage, b.vendor, b.duration_ms, b.cost_usd, b.tokens_input,
                    b.tokens_output
                )
                and obs._words_clean(
                    b.stage, b.company_id, b.event, b.status, b.vendor, b.model, b.error_code, b.level, b.trace_id, b.producer
                )
                and obs._text_clean(b.error_msg)
            ) is not true
        )
        and not exists (
            select from (select distinct b.extra from pg_temp.obs_batch b where b.extra is not null offset 0) d
            where not obs._extra_clean(d.extra)
        )
        and not exists (
            select from (select b.event_id, lag(b.event_id) over () as before from pg_temp.obs_batch b) o
            where o.event_id < o.before
        );
end
$$;
comment on function obs._batch_clean() is
'Whether all events of the batch table may be stored as they came: clean, opening no run, in the order of their ids.';
