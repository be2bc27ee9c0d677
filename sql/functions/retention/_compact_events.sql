-- obs._compact_events: shortens the long and the repeated texts of runs that ended a day ago; number of events looked at
-- Called by: maintain_step
-- Reads/Writes: enrichment_runs (row lock), run_event_logs, error_texts, tenant_peppers
-- Raises: nothing
-- Goes through a run by the key of its events and remembers how far it came, so a call ends after p_limit of them. The
-- fold of later events has the run gone through again. A text over 256 bytes said three times or more among the events
-- looked at becomes its fingerprint; else one over 2 kB keeps its head. Keys and numbers stay, so a resend is a duplicate. Only
-- rows that change are written. Without a pepper all hashes would be equal: nothing is replaced by its fingerprint then.
-- Under 256 bytes the new version of a row would take more room than its text gives back.
-- Each statement reads the stretch once and joins by hash: of stretches the planner knows too little for nested loops.
-- An answer of 0 means that nothing is left; a run without events counts as one.
create or replace function obs._compact_events(p_limit int default 500) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp set enable_nestloop = off
as $$
declare
    v_run obs.enrichment_runs;
    v_after uuid;
    v_upto uuid;
    v_rows bigint;
    v_seen bigint := 0;
begin
    while v_seen < p_limit loop
        select r.* into v_run
        from obs.enrichment_runs r
        where r.finished_at is not null and r.compacted_at is null
          and greatest(r.finished_at, r.last_event_at) < obs.now() - interval '24 hours'
        order by r.tenant_id, r.finished_at
        limit 1
        for no key update skip locked;
        exit when not found;
        v_after := coalesce(v_run.compacted_upto, '00000000-0000-0000-0000-000000000000');
        select count(*), (array_agg(b.event_id order by b.event_id desc))[1] into v_rows, v_upto
        from (
            select e.event_id
            from obs.run_event_logs e
            where e.tenant_id = v_run.tenant_id and e.run_id = v_run.run_id and e.run_day = v_run.run_day and e.event_id > v_after
            order by e.event_id
            limit p_limit - v_seen
        ) b;
        with texts as materialized (
            select e.error_msg, count(*) as n
            from obs.run_event_logs e
            where e.tenant_id = v_run.tenant_id and e.run_id = v_run.run_id and e.run_day = v_run.run_day
              and e.event_id > v_after and e.event_id <= v_upto and octet_length(e.error_msg) > 256
            group by e.error_msg
        ), hashed as materialized (
            select t.error_msg, t.n, obs._keyed_hash(v_run.tenant_id, t.error_msg) as hash
            from texts t
            where (t.n >= 3 or octet_length(t.error_msg) > 2048)
              and t.error_msg !~ '… \[[0-9]+ characters, (h[0-9]+:[0-9a-f]{32}|masked)\]$'
        ), shared as (
            insert into obs.error_texts as x (tenant_id, fingerprint, error_text, first_run_day, last_run_day)
            select v_run.tenant_id, 'fp:' || h.hash, h.error_msg, v_run.run_day, v_run.run_day
            from hashed h
            where h.n >= 3 and h.hash <> 'masked'
            order by h.hash
            on conflict (tenant_id, fingerprint) do update
                set first_run_day = least(x.first_run_day, excluded.first_run_day),
                    last_run_day = greatest(x.last_run_day, excluded.last_run_day)
        ), shorter as (
            select h.error_msg, case
                when h.n >= 3 and h.hash <> 'masked' then 'fp:' || h.hash
                else format('%s… [%s characters, %s]', left(h.error_msg, 500), length(h.error_msg), h.hash)
            end as becomes
            from hashed h
            where h.hash <> 'masked' or octet_length(h.error_msg) > 2048
        ), changes as (
            select e.event_id, coalesce(s.becomes, e.error_msg) as error_msg, obs._compact_extra(e.tenant_id, e.extra) as extra
            from obs.run_event_logs e
            left join shorter s on s.error_msg = e.error_msg
            where e.tenant_id = v_run.tenant_id and e.run_id = v_run.run_id and e.run_day = v_run.run_day
              and e.event_id > v_after and e.event_id <= v_upto
              and (s.becomes is not null or octet_length(e.extra::text) > 4096)
        )
        update obs.run_event_logs e
        set error_msg = c.error_msg, extra = c.extra
        from changes c
        where e.tenant_id = v_run.tenant_id and e.run_id = v_run.run_id and e.run_day = v_run.run_day and e.event_id = c.event_id
          and e.event_id > v_after and e.event_id <= v_upto
          and (e.error_msg, e.extra) is distinct from (c.error_msg, c.extra);
        update obs.enrichment_runs r
        set compacted_upto = case when v_rows = p_limit - v_seen then v_upto end,
            compacted_at = case when v_rows = p_limit - v_seen then r.compacted_at else obs.now() end
        where r.tenant_id = v_run.tenant_id and r.run_id = v_run.run_id;
        v_seen := v_seen + greatest(v_rows, 1);
    end loop;
    return v_seen;
end
$$;
comment on function obs._compact_events(int) is
'Shortens long and repeated texts of runs that ended a day ago, p_limit events a call; returns how many it looked at.';
