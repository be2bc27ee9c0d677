-- obs.log_batch: stores what was copied into pg_temp.obs_batch
-- Called by: client, in the transaction of the COPY
-- Reads/Writes: pg_temp.obs_batch, and through _enter everything
-- Raises: OB006 when the table is not obs's own or does not hold p_expected rows
-- A batch in which every row is clean and has its run is stored as it lies; any other goes through the door as an array.
-- Without a transaction around it the COPY's rows vanish without an error: hence the count.
create or replace function obs.log_batch(
    p_expected int,
    out accepted int,
    out duplicate int,
    out quarantined int,
    out details jsonb
)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_allowed text[] := obs._writable_tenants();
    v_count bigint;
    v_ids uuid[];
begin
    perform obs._check_batch();
    select count(*) into v_count from pg_temp.obs_batch;
    if v_count is distinct from p_expected then
        raise exception 'the batch holds % events, not %', v_count, coalesce(p_expected::text, 'NULL')
            using errcode = 'OB006', hint = 'open_batch(), COPY and log_batch() belong in one transaction.';
    end if;
    lock table obs.stage_deltas in row exclusive mode;
    if obs._batch_homed(v_allowed) and obs._batch_clean() then
        select s.p_accepted, s.p_lifecycle_ids into accepted, v_ids from obs._store_batch() s;
        quarantined := 0;
        duplicate := v_count - accepted;
        if v_ids is not null then
            perform obs._apply(array(
                select b::obs.event from pg_temp.obs_batch b where b.event_id = any(v_ids) order by b.ord
            ));
        end if;
    else
        select e.accepted, e.duplicate, e.quarantined, e.details
        into accepted, duplicate, quarantined, details
        from obs._enter(array(select b::obs.event from pg_temp.obs_batch b), v_allowed) e;
    end if;
end
$$;
comment on function obs.log_batch(int) is
'Stores the p_expected events copied into pg_temp.obs_batch; returns how many were accepted, duplicate and '
'quarantined.';
