-- obs.open_batch: makes, or empties, the temporary table that a batch is copied into
-- Called by: client, in the transaction of the COPY
-- Reads/Writes: pg_temp.obs_batch
-- Raises: OB006 when a table of that name is not obs's own
-- The owner of the table decides what may hang on it (rules, triggers, defaults): only obs_owner's own ordinary table
-- is used.
create or replace function obs.open_batch() returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if to_regclass('pg_temp.obs_batch') is null then
        create temporary table obs_batch of obs.event on commit delete rows;
        grant insert on pg_temp.obs_batch to obs_writer, obs_admin;
    else
        perform obs._check_batch();
        truncate pg_temp.obs_batch;
    end if;
end
$$;
comment on function obs.open_batch() is
'Makes, or empties, pg_temp.obs_batch. In one transaction: open_batch(), COPY pg_temp.obs_batch FROM STDIN, '
'log_batch(n).';
