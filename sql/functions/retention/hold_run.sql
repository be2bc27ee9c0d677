-- obs.hold_run: keeps a run's raw events beyond their window until it is released
-- Called by: administrators
-- Reads/Writes: enrichment_runs (row lock), run_holds, audit_log
-- Raises: OB002 unknown run, OB004 ambiguous run id, 22023 without a reason, 55000 when its events are already leaving, or when
-- somebody holds it already, or for another reason: one release would end the hold for both
create or replace function obs.hold_run(p_run_id text, p_reason text, p_tenant_id text default null) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._writable_tenants());
    v_reason constant text := left(obs._redact_text(v_tenant, btrim(p_reason)), 1000);
    v_window_end date;
    v_hold obs.run_holds;
begin
    if coalesce(v_reason, '') = '' then
        raise exception 'a hold of run % needs a reason', quote_literal(left(p_run_id, 128))
            using errcode = '22023', hint = 'p_reason => ''who asked for it, and why''.';
    end if;
    select case when r.expired_at is not null
        then least(r.run_day + obs._retention_days(v_tenant) + 1, (r.expired_at at time zone 'UTC')::date) end
    into v_window_end
    from obs.enrichment_runs r
    where r.tenant_id = v_tenant and r.run_id = p_run_id
    for no key update;
    if v_window_end is not null then
        raise exception 'the raw events of run % are past their window, which ended on % (UTC)', quote_literal(p_run_id), v_window_end
            using errcode = '55000', hint = 'What has expired cannot be held any more; its numbers stay.';
    end if;
    select h.* into v_hold
    from obs.run_holds h
    where h.tenant_id = v_tenant and h.run_id = p_run_id and h.released_at is null;
    if v_hold.held_by = obs._asker() and v_hold.reason = v_reason then
        return v_hold.hold_id;
    elsif found then
        raise exception 'run % is held already, by % since % UTC: %', quote_literal(p_run_id), v_hold.held_by,
            to_char(v_hold.held_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), left(v_hold.reason, 200)
            using errcode = '55000',
            hint = 'Its events are safe until obs.release_run, which ends this one hold: agree with who holds it, or hold it anew after.';
    end if;
    insert into obs.run_holds (tenant_id, run_id, reason, held_by)
    values (v_tenant, p_run_id, v_reason, obs._asker())
    returning * into v_hold;
    perform obs._audit(v_tenant, 'hold_run', jsonb_build_object('run_id', p_run_id, 'reason', v_reason));
    return v_hold.hold_id;
end
$$;
comment on function obs.hold_run(text, text, text) is
'Keeps a run''s raw events beyond their window until obs.release_run; returns the hold''s number; while it holds, no second.'
' Administrators only.';
