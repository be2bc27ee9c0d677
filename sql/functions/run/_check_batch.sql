-- obs._check_batch: refuses a batch table that is not obs's own ordinary temporary table
-- Called by: open_batch, log_batch
-- Reads/Writes: the catalog
-- Raises: OB006
create or replace function obs._check_batch() returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    if not exists (
        select from pg_class c
        where c.oid = to_regclass('pg_temp.obs_batch')
          and c.relnamespace = pg_my_temp_schema() and c.relkind = 'r' and c.relpersistence = 't'
          and c.relowner = 'obs_owner'::regrole and c.reloftype = 'obs.event'::regtype
          and not c.relhasrules and not c.relhastriggers
    ) then
        raise exception 'pg_temp.obs_batch is not the table that obs.open_batch() makes'
            using errcode = 'OB006', hint = 'Call obs.open_batch() in the same transaction, on a connection without such a table.';
    end if;
end
$$;
comment on function obs._check_batch() is 'Refuses a batch table that is not obs''s own ordinary temporary table.';
