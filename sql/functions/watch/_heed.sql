-- obs._heed: advice as it becomes when hits are told to it; what it has seen already changes nothing
-- Called by: advice
-- Reads/Writes: settings, expected_runs, enrichment_runs
-- Raises: nothing
-- seen is what was told last, by run, so each hit counts once, whichever run asks. However many are new: one halving.
create or replace function obs._heed(
    p_advice obs.vendor_advice, p_tenant_id text, p_hits jsonb, p_at timestamptz
) returns obs.vendor_advice
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_advice obs.vendor_advice := p_advice;
    v_run record;
begin
    for v_run in
        select r, h.hits, coalesce(p_advice.seen -> h.run_id, '[0, 0]') as seen
        from jsonb_each(p_hits) as h (run_id, hits)
        join obs.enrichment_runs r on r.tenant_id = p_tenant_id and r.run_id = h.run_id
        order by r.started_at, r.run_id
    loop
        -- A limit hit by a run that ended more than ten clean minutes ago says nothing about now.
        if (v_run.hits -> 0)::bigint > (v_run.seen -> 0)::bigint
            and ((v_run.r).status = 'running' or (v_run.r).ended_at > p_at - interval '10 minutes')
        then
            v_advice.throttled_at := p_at;
            v_advice.throttled_run_id := (v_run.r).run_id;
            v_advice.batch_factor := greatest(
                coalesce((obs._setting(p_tenant_id, 'advice_floor'))::numeric, 0.0625),
                obs._advised_factor(p_advice.batch_factor, p_advice.throttled_at, p_at) / 2
            );
        end if;
        if (v_run.hits -> 1)::bigint > (v_run.seen -> 1)::bigint then
            v_advice.skip_until := obs._next_night(v_run.r, p_at);
            v_advice.exhausted_run_id := (v_run.r).run_id;
        end if;
    end loop;
    v_advice.seen := p_hits;
    return v_advice;
end
$$;
comment on function obs._heed(obs.vendor_advice, text, jsonb, timestamptz) is
'Advice as it becomes when hits are told to it; what it has seen already changes nothing.';
