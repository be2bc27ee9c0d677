-- obs.tick_step: says that a step of an alert's runbook was done
-- Called by: on-call engineers, pages
-- Reads/Writes: what _change_tick reads and writes
-- Raises: OB010 unknown alert, 22023 for a step that its runbook does not have
create or replace function obs.tick_step(p_alert_id bigint, p_step int, p_note text default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform obs._change_tick(p_alert_id, p_step, 'tick', p_note);
end
$$;
comment on function obs.tick_step(bigint, int, text) is
'Says that a step of an alert''s runbook was done, by the caller and now. Twice is once; a second note is kept beside the first.';
