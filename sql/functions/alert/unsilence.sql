-- obs.unsilence: ends a silence now; what still fires is told at the next evaluation
-- Called by: ops, administrators
-- Reads/Writes: alert_silences, audit_log
-- Raises: 22023 when there is no such silence in force
create or replace function obs.unsilence(p_silence_id bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_silence obs.alert_silences;
begin
    update obs.alert_silences s
    set ends_at = greatest(obs.now(), s.starts_at + interval '1 microsecond'), ended_by = obs._asker()
    where s.silence_id = p_silence_id and s.ends_at > obs.now()
    returning s.* into v_silence;
    if not found then
        raise exception 'no silence % is in force', coalesce(p_silence_id::text, 'NULL')
            using errcode = '22023', hint = 'select * from obs.alert_silences where ends_at > now();';
    end if;
    perform obs._audit(v_silence.tenant_id, 'unsilence', jsonb_build_object('silence_id', p_silence_id));
end
$$;
comment on function obs.unsilence(bigint) is 'Ends a silence now; what still fires is told at the next evaluation.';
