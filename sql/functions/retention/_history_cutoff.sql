-- obs._history_cutoff: the moment before which a history may go
-- Called by: _prune_alerts, _prune_audits, _prune_content, _prune_forwarders, _prune_observations, _prune_outbox,
-- _prune_snapshots
-- Reads/Writes: settings
-- Raises: nothing
create or replace function obs._history_cutoff(p_key text, p_default_days int) returns timestamptz
language sql stable
return obs.now() - make_interval(days => coalesce((obs._setting(null, p_key))::int, p_default_days));
comment on function obs._history_cutoff(text, int) is 'The moment before which a history may go: now less its setting, in days.';
