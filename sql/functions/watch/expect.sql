-- obs.expect: says that a tenant's run is due at a local time or by a cron expression; returns the next moment
-- Called by: administrators
-- Reads/Writes: expected_runs, tenants, audit_log
-- Raises: 22023 for a schedule, zone, grace, kind or name that cannot be, OB001 for an unknown tenant
-- What was due before the expectation, or before its schedule changed, was never expected.
create or replace function obs.expect(
    p_tenant_id text,
    p_schedule text,
    p_time_zone text default null,
    p_grace interval default '30 minutes',
    p_kind text default 'nightly',
    p_name text default 'nightly'
) returns timestamptz
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_now timestamptz := obs.now();
    v_zone text;
    v_next timestamptz;
    v_moment timestamptz;
    v_after timestamptz;
begin
    if p_tenant_id is null then
        raise exception 'an expected run needs a tenant' using errcode = '22023';
    end if;
    perform obs._known_tenant(p_tenant_id);
    perform obs._check_id('name', p_name);
    perform obs._check_id('kind', p_kind);
    perform obs._cron_sets(p_schedule);
    if p_time_zone is not null and not exists (select from pg_timezone_names z where z.name = p_time_zone) then
        raise exception 'time zone % is not known to this server', quote_literal(left(p_time_zone, 128))
            using errcode = '22023', hint = 'Take a name of pg_timezone_names, for example Europe/Paris.';
    end if;
    if not coalesce(p_grace between interval '0' and interval '1 day', false) then
        raise exception 'grace % is not between 0 and 1 day', coalesce(p_grace::text, 'NULL') using errcode = '22023';
    end if;
    select coalesce(p_time_zone, t.time_zone) into v_zone from obs.tenants t where t.tenant_id = p_tenant_id;
    v_next := obs._next_due(p_schedule, v_zone, v_now);
    if v_next is null then
        raise exception 'schedule % names no day of the next years', quote_literal(left(p_schedule, 128)) using errcode = '22023';
    end if;
    -- A moment is watched until the next one comes: its grace must be over well before.
    v_moment := v_next;
    for v_n in 1 .. 10 loop
        v_after := obs._next_due(p_schedule, v_zone, v_moment);
        if p_grace > (v_after - v_moment) / 2 then
            raise exception 'grace % is more than half of the % between two moments of schedule %',
                p_grace, v_after - v_moment, quote_literal(p_schedule)
                using errcode = '22023';
        end if;
        v_moment := v_after;
    end loop;
    insert into obs.expected_runs as e (tenant_id, name, kind, schedule, time_zone, grace, expected_since, updated_by)
    values (p_tenant_id, p_name, p_kind, p_schedule, p_time_zone, p_grace, v_now, obs._asker())
    on conflict (tenant_id, name) do update
        set kind = excluded.kind, schedule = excluded.schedule, time_zone = excluded.time_zone, grace = excluded.grace,
            expected_since = case
                when (e.kind, e.schedule, e.time_zone) is distinct from (excluded.kind, excluded.schedule, excluded.time_zone)
                    then excluded.expected_since
                else e.expected_since
            end,
            updated_by = excluded.updated_by, updated_at = excluded.updated_at
        where (e.kind, e.schedule, e.time_zone, e.grace)
            is distinct from (excluded.kind, excluded.schedule, excluded.time_zone, excluded.grace);
    if found then
        perform obs._audit(p_tenant_id, 'expect', jsonb_build_object(
            'name', p_name, 'kind', p_kind, 'schedule', p_schedule, 'time_zone', p_time_zone, 'grace', p_grace
        ));
    end if;
    return v_next;
end
$$;
comment on function obs.expect(text, text, text, interval, text, text) is
'Says that a run of the tenant is due at a local time (02:30) or by five cron fields, in p_time_zone (NULL: the '
'tenant''s); late after p_grace. Returns the next moment it is due. Administrators only.';
