-- obs.gaps: the numbers a run's producers gave out that never arrived
-- Called by: people, where status shows missing events
-- Reads/Writes: enrichment_runs, run_event_logs
-- Raises: OB002 unknown run, OB004 ambiguous run id
-- A producer numbers its events without gaps over all its runs, so neighbours of the run's day are looked at too: a number
-- seen in any run is not missing. What follows the last number that arrived cannot be told here; expected_events tells it.
create or replace function obs.gaps(p_run_id text, p_tenant_id text default null)
returns table (producer text, first_seq bigint, last_seq bigint, missing bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._readable_tenants());
    v_run obs.enrichment_runs;
begin
    select r.* into v_run from obs.enrichment_runs r where r.tenant_id = v_tenant and r.run_id = p_run_id;
    if v_run.thinned_at is not null or v_run.expired_at is not null then
        raise notice 'run % is thinned or past its window: events left out on purpose cannot be told from missing ones',
            quote_literal(p_run_id);
        return;
    end if;
    return query
    with own as (
        select e.producer, min(e.seq) as low, max(e.seq) as high
        from obs.run_event_logs e
        where e.tenant_id = v_tenant and e.run_id = p_run_id and e.run_day = v_run.run_day
          and e.producer is not null and e.seq is not null
        group by e.producer
    )
    select s.producer, s.seq + 1, s.next_seq - 1, s.next_seq - s.seq - 1
    from (
        select e.producer, e.seq, lead(e.seq) over (partition by e.producer order by e.seq) as next_seq
        from own o
        join obs.run_event_logs e on e.producer = o.producer and e.seq between o.low and o.high
        where e.run_day between v_run.run_day - 1 and v_run.run_day + 1
    ) s
    where s.next_seq > s.seq + 1
    order by 1, 2;
end
$$;
comment on function obs.gaps(text, text) is
'The numbers that a run''s producers gave out and that never arrived, as ranges; none for a run whose events are all there.';
