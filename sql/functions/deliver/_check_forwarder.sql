-- obs._check_forwarder: refuses a forwarder without a usable name
-- Called by: claim_notifications, forwarder_beat
-- Reads/Writes: nothing
-- Raises: 22023
create or replace function obs._check_forwarder(p_forwarder_id text, p_channels text[]) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
    if not coalesce(p_forwarder_id ~ '^[[:graph:]]{1,200}$', false) then
        raise exception 'forwarder id must have 1 to 200 characters without spaces; this one has %',
            coalesce(length(p_forwarder_id), 0) using errcode = '22023';
    end if;
    if coalesce(cardinality(p_channels), 0) = 0 or array_position(p_channels, null) is not null then
        raise exception 'forwarder % names no channel', quote_literal(p_forwarder_id)
            using errcode = '22023', hint = 'Pass the channels it can send on: p_channels => array[''slack''].';
    end if;
end
$$;
comment on function obs._check_forwarder(text, text[]) is 'Refuses a forwarder without a usable name or without channels.';
