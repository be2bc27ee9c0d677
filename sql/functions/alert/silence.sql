-- obs.silence: keeps alerts from being told for a while, with author and reason; they are still judged and recorded
-- Called by: ops, administrators
-- Reads/Writes: alert_silences, audit_log
-- Raises: 22023 for more than 30 days, no reason or no end; OB001 unknown tenant; OB011 unknown alert code
create or replace function obs.silence(
    p_reason text,
    p_for interval,
    p_tenant_id text default null,
    p_alert_code text default null,
    p_subject text default null,
    p_starts_at timestamptz default null,
    p_is_maintenance boolean default false
) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_starts timestamptz := coalesce(p_starts_at, obs.now());
    v_ends timestamptz;
    v_id bigint;
begin
    perform obs._known_tenant(p_tenant_id);
    if p_alert_code is not null then
        perform obs._known_rule(p_alert_code);
    end if;
    if p_reason is null or p_reason !~ '\S' then
        raise exception 'a silence needs a reason' using errcode = '22023', hint = 'Say why: p_reason => ''vendor migration''.';
    end if;
    if p_for > interval '0' and p_for <= interval '30 days' and isfinite(v_starts) then
        v_ends := v_starts + p_for;
    end if;
    if v_ends is null or not v_ends > v_starts or v_ends > v_starts + interval '30 days' then
        raise exception 'a silence lasts more than nothing and at most 30 days, not %', coalesce(p_for::text, 'NULL')
            using errcode = '22023', hint = 'Change the rule''s threshold if it is wrong for longer: obs.set_threshold.';
    end if;
    insert into obs.alert_silences (
        tenant_id, alert_code, subject, author, reason, starts_at, ends_at, is_maintenance
    )
    values (
        p_tenant_id, p_alert_code, obs._mend_word(p_tenant_id, p_subject), obs._asker(), obs._redact_text(p_tenant_id, left(p_reason, 1000)), v_starts, v_ends,
        coalesce(p_is_maintenance, false)
    )
    returning silence_id into v_id;
    perform obs._audit(p_tenant_id, 'silence', jsonb_build_object(
        'silence_id', v_id, 'alert_code', p_alert_code, 'starts_at', v_starts, 'ends_at', v_ends
    ));
    return v_id;
end
$$;
comment on function obs.silence(text, interval, text, text, text, timestamptz, boolean) is
'Keeps alerts of a tenant, rule or subject (NULL: any) from being told for at most 30 days; returns the silence_id.';
