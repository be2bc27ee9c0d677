-- obs._uuid_v7: a new UUID of version 7, in order of time
-- Called by: start_run
-- Reads/Writes: nothing
-- Raises: nothing
-- RFC 9562 §5.7: 48 bits of Unix time in ms, then version, variant and 74 random bits (from gen_random_uuid).
create or replace function obs._uuid_v7() returns uuid
language sql volatile parallel safe
return encode(
    set_bit(
        set_bit(
            substr(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 3)
            || substr(uuid_send(gen_random_uuid()), 7),
            52, 1
        ),
        53, 1
    ),
    'hex'
)::uuid;
comment on function obs._uuid_v7() is 'A new UUID of version 7 (RFC 9562), ordered by time.';
