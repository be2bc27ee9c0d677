-- obs._event_clean: whether an event may be stored as it came; beside it _batch_clean, the same for all rows of a batch
-- Called by: _enter; log_batch calls _batch_clean
-- Reads/Writes: pg_temp.obs_batch
-- Raises: nothing
-- One cheap test that nearly all events pass; only the others pay for _mend. Both functions are made from one text, because
-- a test of whole rows costs several times that of columns. Short words of plain characters need no closer look; an extra
-- that many rows share is looked at once.
do $make$
declare
    v_fields constant text := $fields$
    p_event.ts > '2000-01-01Z'::timestamptz
    and p_event.ts < now() + interval '1 day'
    and p_event.event_id is not null
    and p_event.event is not null
    and (p_event.duration_ms is null or p_event.duration_ms between 0 and 2147483647)
    and (p_event.cost_usd is null or (p_event.cost_usd >= 0 and p_event.cost_usd < 1000000000))
    and (p_event.tokens_input is null or p_event.tokens_input between 0 and 1000000000000)
    and (p_event.tokens_output is null or p_event.tokens_output between 0 and 1000000000000)
    and p_event.logger in ('obs.stage', 'obs.vendor', 'obs.run', 'obs.qa')
    and (
        p_event.event not in ('finish', 'error') or p_event.logger <> 'obs.stage' or p_event.stage is null
        or (p_event.event = 'finish' and p_event.status = 'success') or (p_event.event = 'error' and p_event.status = 'error')
    ) is true
    and (p_event.vendor is not null or p_event.event <> 'vendor_call')
    and (
        p_event.stage = '' or p_event.company_id = '' or p_event.status = '' or p_event.error_code = ''
        or p_event.vendor = '' or p_event.model = '' or p_event.trace_id = '' or p_event.event = ''
    ) is not true
    and (
        p_event.trace_id is null or octet_length(p_event.trace_id) <= 128
        and (p_event.trace_id !~ '[^0-9a-f-]' or not obs._suspect_id(p_event.trace_id))
    )
    and (
        (
            octet_length(p_event.event) <= 19
            and (
                octet_length(p_event.stage) > 19 or octet_length(p_event.company_id) > 19 or octet_length(p_event.status) > 19
                or octet_length(p_event.vendor) > 19 or octet_length(p_event.model) > 19
                or octet_length(p_event.error_code) > 19 or p_event.error_code ~ '[^A-Z0-9_]'
                or octet_length(p_event.producer) > 32 or p_event.producer ~ '[^0-9a-f-]'
                or p_event.level not in ('INFO', 'ERROR', 'WARNING', 'DEBUG', 'CRITICAL')
            ) is not true
            and concat(p_event.stage, p_event.company_id, p_event.event, p_event.status, p_event.vendor, p_event.model)
                !~ '[^a-z0-9_. -]'
        )
        or (
            octet_length(p_event.event) <= 128
            and (
                octet_length(p_event.stage) > 128 or octet_length(p_event.company_id) > 128
                or octet_length(p_event.status) > 128 or octet_length(p_event.error_code) > 128
                or octet_length(p_event.vendor) > 128 or octet_length(p_event.model) > 128
                or octet_length(p_event.level) > 128 or octet_length(p_event.producer) > 128
            ) is not true
            and not obs._suspect_id(concat_ws(
                ' ', p_event.stage, p_event.company_id, p_event.event, p_event.status, p_event.error_code, p_event.vendor,
                p_event.model, p_event.level, p_event.producer
            ))
        )
    )
    and (p_event.model is not null or (p_event.extra ? 'model') is not true)
    and (p_event.error_msg is null or (octet_length(p_event.error_msg) <= 16000 and not obs._suspect(p_event.error_msg)))
    $fields$;
begin
    execute format(
        'create or replace function obs._event_clean(p_event obs.event) returns boolean language sql stable parallel safe '
        'return coalesce((%s) and (p_event.extra is null or obs._extra_clean(p_event.extra)), false)', v_fields
    );
    execute format(
        'create or replace function obs._batch_clean() returns boolean language plpgsql stable '
        'set search_path = pg_catalog, pg_temp as $body$
begin
    return not exists (select from pg_temp.obs_batch p_event where (p_event.event <> ''run_start'' and %s) is not true)
        and not exists (
            select from (select distinct b.extra from pg_temp.obs_batch b where b.extra is not null) d
            where not obs._extra_clean(d.extra)
        )
        and not exists (
            select from (select b.event_id, lag(b.event_id) over () as before from pg_temp.obs_batch b) o
            where o.event_id < o.before
        );
end
$body$', v_fields
    );
end
$make$;
comment on function obs._event_clean(obs.event) is
'Whether an event may be stored as it came: typed values sane, nothing personal suspected.';
comment on function obs._batch_clean() is
'Whether all events of the batch table may be stored as they came: clean, opening no run, in the order of their ids.';
