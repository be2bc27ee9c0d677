-- obs.log_batch: stores what was copied into pg_temp.obs_batch
-- Called by: client, in the transaction of the COPY
-- Reads/Writes: pg_temp.obs_batch, and through _enter everything
-- Raises: OB006 when the table is not obs's own or does not hold p_expected rows
-- A clean batch of one run that takes events is stored as it lies, first as if none of it had come before; any other goes
-- through the door as an array.
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
    v_of_run bigint;
    v_tenant text;
    v_run text;
    v_day date;
    v_stored int;
    v_ids uuid[];
begin
    perform obs._check_batch();
    select b.tenant_id, b.run_id into v_tenant, v_run from pg_temp.obs_batch b limit 1;
    select count(*), count(*) filter (where b.tenant_id = v_tenant and b.run_id = v_run)
    into v_count, v_of_run
    from pg_temp.obs_batch b;
    if v_count is distinct from p_expected then
        raise exception 'the batch holds % events, not %', v_count, coalesce(p_expected::text, 'NULL')
            using errcode = 'OB006', hint = 'open_batch(), COPY and log_batch() belong in one transaction.';
    end if;
    lock table obs.stage_deltas in row exclusive mode;
    select r.run_day into v_day
    from obs.enrichment_runs r
    join obs.event_days d on d.run_day = r.run_day and d.dropped_at is null
    where r.tenant_id = v_tenant and r.run_id = v_run and r.thinned_at is null and r.expired_at is null
      and (v_allowed is null or r.tenant_id = any(v_allowed));
    if v_day is not null and v_of_run = v_count and obs._batch_clean() then
        -- One sub-transaction a batch, never one an event.
        begin
            v_ids := obs._store_fresh(v_day);
            v_stored := v_count;
        exception
            when unique_violation then
                select s.p_accepted, s.p_lifecycle_ids into v_stored, v_ids from obs._store_batch(v_day) s;
        end;
        if v_ids is not null then
            perform obs._apply(array(
                select b::obs.event from pg_temp.obs_batch b where b.event_id = any(v_ids) order by b.ord
            ));
        end if;
        accepted := v_stored;
        duplicate := v_count - v_stored;
        quarantined := 0;
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
