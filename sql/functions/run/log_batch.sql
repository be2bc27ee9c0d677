-- obs.log_batch: stores what was copied into pg_temp.obs_batch
-- Called by: client, in the transaction of the COPY
-- Reads/Writes: pg_temp.obs_batch, and through _enter everything
-- Raises: OB006 when the table is not obs's own or does not hold p_expected rows
-- A clean batch is stored as it lies. Where that leaves rows, all of it goes through the door as an array: those already
-- stored meet themselves there as duplicates, the others are mended, find their run or are quarantined.
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
    v_stored int := 0;
    v_ids uuid[];
begin
    perform obs._check_batch();
    select count(*) into v_count from pg_temp.obs_batch;
    if v_count is distinct from p_expected then
        raise exception 'the batch holds % events, not %', v_count, coalesce(p_expected::text, 'NULL')
            using errcode = 'OB006', hint = 'open_batch(), COPY and log_batch() belong in one transaction.';
    end if;
    lock table obs.stage_deltas in row exclusive mode;
    if obs._batch_clean() then
        select s.p_accepted, s.p_lifecycle_ids into v_stored, v_ids from obs._store_batch(v_allowed) s;
        if v_ids is not null then
            perform obs._apply(array(
                select b::obs.event from pg_temp.obs_batch b where b.event_id = any(v_ids) order by b.ord
            ));
        end if;
    end if;
    accepted := v_stored;
    duplicate := 0;
    quarantined := 0;
    if v_stored < v_count then
        select v_stored + e.accepted, e.duplicate - v_stored, e.quarantined, e.details
        into accepted, duplicate, quarantined, details
        from obs._enter(array(select b::obs.event from pg_temp.obs_batch b), v_allowed) e;
    end if;
end
$$;
comment on function obs.log_batch(int) is
'Stores the p_expected events copied into pg_temp.obs_batch; returns how many were accepted, duplicate and '
'quarantined.';
