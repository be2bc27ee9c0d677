-- obs.close_follow_up: closes the follow-up of a run with a reason, which ends its QA-07 alert; closed is closed
-- Called by: ops, administrators
-- Reads/Writes: qa_draws (row lock), qa_follow_ups, audit_log and all that _follow_up writes
-- Raises: OB002 unknown run, OB004 ambiguous, OB020 the run has no follow-up, 22023 no reason
-- One that is closed already is answered with its row, unchanged.
create or replace function obs.close_follow_up(p_run_id text, p_reason text, p_tenant_id text default null)
returns obs.qa_follow_ups
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._readable_tenants());
    v_reason constant text := left(obs._redact_text(v_tenant, left(p_reason, 2000)), 1000);
    v_row obs.qa_follow_ups;
begin
    if coalesce(v_reason !~ '\S', true) then
        raise exception 'a follow-up is closed with a reason' using errcode = '22023', hint = 'Say what was found and mended.';
    end if;
    perform from obs.qa_draws d
    where d.tenant_id = v_tenant and d.run_id = p_run_id and d.stratum = 'random' for no key update;
    select f.* into v_row from obs.qa_follow_ups f where f.tenant_id = v_tenant and f.run_id = p_run_id for update;
    if not found then
        raise exception 'run % has no follow-up', quote_literal(left(p_run_id, 128))
            using errcode = 'OB020', hint = 'select run_id from obs.qa_follow_ups where closed_at is null;';
    end if;
    if v_row.closed_at is null then
        update obs.qa_follow_ups f
        set closed_at = obs.now(), closed_by = obs._asker(), close_reason = v_reason
        where f.tenant_id = v_tenant and f.run_id = p_run_id
        returning f.* into v_row;
        perform obs._audit(v_tenant, 'close_follow_up', jsonb_build_object('run_id', p_run_id, 'reason', v_reason));
        perform obs._follow_up(v_tenant, p_run_id);
    end if;
    return v_row;
end
$$;
comment on function obs.close_follow_up(text, text, text) is
'Closes the follow-up of a run with a reason and ends its QA-07 alert; returns the follow-up. Twice is once.';
