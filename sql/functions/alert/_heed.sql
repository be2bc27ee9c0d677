-- obs._heed: advice as it becomes when a run's hits are told to it; unchanged when it has seen them all
-- Called by: advice
-- Reads/Writes: settings, expected_runs, enrichment_runs
-- Raises: nothing
-- seen holds, for each run of the last two days, how many hits were heeded already, so that two runs at once, or a run
-- asked about again, count each hit once.
create or replace function obs._heed(
    p_advice obs.vendor_advice, p_run obs.enrichment_runs, p_rate_limit_hits bigint, p_quota_hits bigint, p_at timestamptz
) returns obs.vendor_advice
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_advice obs.vendor_advice := p_advice;
    v_seen jsonb := coalesce(p_advice.seen, '{}');
    v_floor numeric := coalesce((obs._setting(p_run.tenant_id, 'advice_floor'))::numeric, 0.0625);
begin
    -- A limit hit by a run that ended more than ten clean minutes ago says nothing about now.
    if p_rate_limit_hits > coalesce((v_seen #>> array[p_run.run_id, '0'])::bigint, 0)
        and (p_run.status = 'running' or p_run.ended_at > p_at - interval '10 minutes')
    then
        v_advice.batch_factor := greatest(
            v_floor, obs._advised_factor(p_advice.batch_factor, p_advice.throttled_at, p_at) / 2
        );
        v_advice.throttled_at := p_at;
        v_advice.throttled_run_id := p_run.run_id;
    end if;
    if p_quota_hits > coalesce((v_seen #>> array[p_run.run_id, '1'])::bigint, 0) then
        v_advice.skip_until := obs._next_night(p_run, p_at);
        v_advice.exhausted_run_id := p_run.run_id;
    end if;
    v_advice.seen := (
        select coalesce(jsonb_object_agg(k.key, k.value), '{}')
        from jsonb_each(v_seen) k
        join obs.enrichment_runs r on r.tenant_id = p_run.tenant_id and r.run_id = k.key
        where r.status = 'running' or r.started_at > p_at - interval '2 days'
    ) || jsonb_build_object(p_run.run_id, jsonb_build_array(p_rate_limit_hits, p_quota_hits));
    return v_advice;
end
$$;
comment on function obs._heed(obs.vendor_advice, obs.enrichment_runs, bigint, bigint, timestamptz) is
'Advice as it becomes when a run''s hits are told to it; unchanged when it has seen them all.';
