-- obs._session_picture: a session's settings and the number of its temporary objects, as one text to compare
-- Called by: _tell_trace_url
-- Reads/Writes: pg_settings, pg_class
-- Raises: nothing
-- No search path of its own: it would see that instead of the session's. pg_settings lists no settings of other prefixes;
-- those of obs are named.
create or replace function obs._session_picture() returns text
language sql volatile
begin atomic
    select concat_ws(
        '/',
        (select md5(string_agg(concat(s.name, '=', s.setting), ',' order by s.name)) from pg_settings as s),
        current_setting('obs.tenant_id', true), current_setting('obs.now', true),
        (
            select count(*) from pg_class as c
            where c.relnamespace = pg_my_temp_schema()
        )
    );
end;
comment on function obs._session_picture() is
'A session''s settings and the number of its temporary objects, as one text to compare.';
