-- obs._drill_sample: the QA sample of a made-up run, every company of it failed
-- Called by: _drill_rows
-- Reads/Writes: qa_draws, qa_samples, in a sub-transaction that is rolled back
-- Raises: nothing
create or replace function obs._drill_sample(p_tenant_id text, p_run_id text, p_params jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_number constant int := least(greatest((p_params ->> 'min_sample')::numeric, 10), 10000)::int;
begin
    insert into obs.qa_draws (tenant_id, run_id, stratum, bucket, seed, requested, available, drawn, source)
    values (p_tenant_id, p_run_id, 'random', 'High', 'drill', v_number, v_number, v_number, 'events')
    on conflict do nothing;
    insert into obs.qa_samples (tenant_id, run_id, company_id, bucket, checks, result, draw_rank, reviewer, reviewed_at)
    select p_tenant_id, p_run_id, 'drill-' || n, 'High', '{"contacts": {"verdict": "fail"}}', 'fail', n, 'drill', obs.now()
    from generate_series(1, v_number) n;
end
$$;
comment on function obs._drill_sample(text, text, jsonb) is 'The QA sample of a made-up run, every company of it failed.';
