-- obs.maintenance_steps: what maintenance consists of, in its order
-- Called by: maintain, maintain_by_steps, maintain_step
-- Reads/Writes: nothing
-- Raises: nothing
-- Dropping days comes last: its locks are held until the transaction ends.
create or replace function obs.maintenance_steps() returns text[]
language sql immutable parallel safe
return array[
    'days_made',
    'events_thinned',
    'runs_expired',
    'events_deleted',
    'events_compacted',
    'events_audited',
    'content_pruned',
    'history_pruned',
    'quarantine_pruned',
    'cron_history_pruned',
    'days_dropped'
];
comment on function obs.maintenance_steps() is 'The steps of maintenance, in their order.';
