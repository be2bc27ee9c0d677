-- obs._drill_nights: fifty nightly runs that crashed, of a tenant's last hour
-- Called by: _drill_rows
-- Reads/Writes: enrichment_runs, in a sub-transaction that is rolled back
-- Raises: nothing
create or replace function obs._drill_nights(p_tenant_id text, p_run_id text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    insert into obs.enrichment_runs (tenant_id, run_id, kind, started_at, ended_at, status, run_day)
    select p_tenant_id, p_run_id || '-' || n, 'nightly', m.at, m.at, 'crashed', (m.at at time zone 'UTC')::date
    from generate_series(1, 50) n
    cross join lateral (select obs.now() - make_interval(mins => n) as at) m;
end
$$;
comment on function obs._drill_nights(text, text) is 'Fifty nightly runs that crashed, of a tenant''s last hour.';
