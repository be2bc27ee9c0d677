-- obs.untick_step: takes back that a step of an alert's runbook was done; the history keeps both
-- Called by: on-call engineers, pages
-- Reads/Writes: what _change_tick reads and writes
-- Raises: OB010 unknown alert, 22023 for a step that its runbook does not have
create or replace function obs.untick_step(p_alert_id bigint, p_step int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform obs._change_tick(p_alert_id, p_step, 'untick', null);
end
$$;
comment on function obs.untick_step(bigint, int) is
'Takes back that a step of an alert''s runbook was done. Twice is once; the history keeps who ticked and who took it back.';
