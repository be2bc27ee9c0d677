-- obs.hold_run: keeps a run's raw events beyond their window until it is released
-- Called by: administrators
-- Reads/Writes: enrichment_runs (row lock), run_holds, audit_log
-- Raises: OB002 unknown run, OB004 ambiguous run id, 22023 without a reason, 55000 when its events are already leaving
create or replace function obs.hold_run(p_run_id text, p_reason text, p_tenant_id text default null) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._writable_tenants());
    v_reason constant text := left(obs._redact_text(v_tenant, btrim(p_reason)), 1000);
    v_expired_at timestamptz;
    v_hold bigint;
begin
    if coalesce(v_reason, '') = '' then
        raise exception 'a hold of run % needs a reason', quote_literal(p_run_id) using errcode = '22023';
    end if;
    select coalesce(r.expired_at, d.dropped_at) into v_expired_at
    from obs.enrichment_runs r
    left join obs.event_days d on d.run_day = r.run_day
    where r.tenant_id = v_tenant and r.run_id = p_run_id
    for no key update of r;
    if v_expired_at is not null then
        raise exception 'the raw events of run % are past their window since %', quote_literal(p_run_id), v_expired_at
            using errcode = '55000', hint = 'What has expired cannot be held any more; its numbers stay.';
    end if;
    select h.hold_id into v_hold
    from obs.run_holds h
    where h.tenant_id = v_tenant and h.run_id = p_run_id and h.released_at is null;
    if found then
        return v_hold;
    end if;
    insert into obs.run_holds (tenant_id, run_id, reason, held_by)
    values (v_tenant, p_run_id, v_reason, obs._asker())
    returning hold_id into v_hold;
    perform obs._audit(v_tenant, 'hold_run', jsonb_build_object('run_id', p_run_id, 'reason', v_reason));
    return v_hold;
end
$$;
comment on function obs.hold_run(text, text, text) is
'Keeps a run''s raw events beyond their window until obs.release_run; returns the hold''s number, the same while it holds.'
' Administrators only.';
