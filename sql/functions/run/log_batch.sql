-- obs.log_batch: stores what was copied into pg_temp.obs_batch
-- Called by: client, in the transaction of the COPY
-- Reads/Writes: pg_temp.obs_batch, and through _enter everything
-- Raises: OB006 when the table is not obs's own or does not hold p_expected rows
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
    v_events obs.event[];
begin
    perform obs._check_batch();
    execute 'select array(select b::obs.event from pg_temp.obs_batch b)' into v_events;
    if coalesce(cardinality(v_events), 0) is distinct from p_expected then
        raise exception 'the batch holds % events, not %', coalesce(cardinality(v_events), 0), coalesce(p_expected::text, 'NULL')
            using errcode = 'OB006', hint = 'open_batch(), COPY and log_batch() belong in one transaction.';
    end if;
    select e.accepted, e.duplicate, e.quarantined, e.details
    into accepted, duplicate, quarantined, details
    from obs._enter(coalesce(v_events, '{}'), obs._writable_tenants()) e;
end
$$;
comment on function obs.log_batch(int) is
'Stores the p_expected events copied into pg_temp.obs_batch; returns how many were accepted, duplicate and '
'quarantined.';
