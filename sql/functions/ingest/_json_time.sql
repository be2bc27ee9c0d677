-- obs._json_time: the moment in a JSON value: ISO 8601 text (UTC when it names no zone) or Unix seconds; NULL when there is none
-- Called by: _to_events, _apply_lifecycle
-- Reads/Writes: nothing
-- Raises: nothing: a date that does not exist is NULL, without a sub-transaction
create or replace function obs._json_time(p_value jsonb) returns timestamptz
language sql stable parallel safe
begin atomic
    select
        case
            when t.unix between 0 and 253402300799 then to_timestamp(t.unix::double precision)
            when t.iso[1]::int between 1 and 9999
                and t.iso[2]::int between 1 and 12
                and t.iso[3]::int between 1
                and extract(day from make_date(t.iso[1]::int, t.iso[2]::int, 1) + interval '1 month' - interval '1 day')
                then (
                    t.iso[1] || '-' || t.iso[2] || '-' || t.iso[3] || ' '
                    || t.iso[4] || ':' || t.iso[5] || ':' || coalesce(t.iso[6], '00') || coalesce(t.iso[7], '')
                    || coalesce(t.iso[8], 'Z')
                )::timestamptz
        end
    from (
        select
            case when jsonb_typeof(p_value) = 'number' then (p_value)::numeric end as unix,
            case
                when jsonb_typeof(p_value) = 'string' then regexp_match(
                    p_value #>> '{}',
                    '^\s*(\d{4})-(\d\d)-(\d\d)[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,9})?)?\s*(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?\s*$',
                    'i'
                )
            end as iso
    ) as t;
end;
comment on function obs._json_time(jsonb) is
'The moment in a JSON value: ISO 8601 text, UTC when it names no zone, or Unix seconds; NULL when there is none.';
