-- obs._retention_days: how many days a tenant keeps the raw events of a run after the day it started
-- Called by: _runs_past_window, _status_retention, hold_run
-- Reads/Writes: settings
-- Raises: nothing
create or replace function obs._retention_days(p_tenant_id text) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return coalesce((obs._setting(p_tenant_id, 'retention_days'))::int, 30);
end
$$;
comment on function obs._retention_days(text) is
'How many days a tenant keeps the raw events of a run after the day it started: 14 to 30, 30 unless set.';
