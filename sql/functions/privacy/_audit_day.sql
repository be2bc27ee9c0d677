-- obs._audit_day: audits the oldest closed event days that no audit has looked at yet
-- Called by: maintain_step
-- Reads/Writes: event_days, the days' partitions, privacy_audits, and all that _tell_audit writes
-- Raises: nothing
-- A day is closed two days after it began: runs of it are over, or late. Returns the rows read, at least 1 a day; 0: none left.
create or replace function obs._audit_day(p_limit int default 1) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_day date;
    v_relation regclass;
    v_started timestamptz;
    v_report jsonb;
    v_rows bigint := 0;
begin
    for v_day in
        select d.run_day from obs.event_days d
        where d.dropped_at is null and d.run_day < (obs.now() at time zone 'UTC')::date - 1
          and d.run_day not in (select t from obs._days_to_drop() t)
          and not exists (select from obs.privacy_audits a where a.tenant_id is null and a.run_day = d.run_day)
        order by d.run_day
        limit p_limit
    loop
        v_started := clock_timestamp();
        v_relation := to_regclass(format('obs.run_event_logs_%s', to_char(v_day, 'YYYYMMDD')));
        v_report := obs._record_audit(
            null, v_day, null, v_started,
            jsonb_build_array(coalesce(case when v_relation is not null then obs._scan_relation(v_relation, null) end, '{}')),
            '{}', '[]'
        );
        v_rows := v_rows + greatest((v_report ->> 'rows_scanned')::bigint, 1);
        if v_report ->> 'verdict' = 'dirty' then
            perform obs._tell_audit(null);
        end if;
    end loop;
    return v_rows;
end
$$;
comment on function obs._audit_day(int) is
'Audits the oldest closed event days that no audit has looked at yet; returns the rows read, 0 when none is left.';
