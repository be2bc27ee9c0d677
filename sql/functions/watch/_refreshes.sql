-- obs._refreshes: whether runs of a kind are meant to refresh the candidates: nightly ones are, others if one ever did
-- Called by: condition_mv_01, _mv_01_speaks
-- Reads/Writes: enrichment_runs, run_stage_stats
-- Raises: nothing
create or replace function obs._refreshes(p_tenant_id text, p_kind text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return p_kind = 'nightly' or exists (
        select
        from obs.enrichment_runs r
        join obs.run_stage_stats s on s.tenant_id = r.tenant_id and s.run_id = r.run_id and s.stage = 'mv_refresh'
        where r.tenant_id = p_tenant_id and r.kind = p_kind
    );
end
$$;
comment on function obs._refreshes(text, text) is
'Whether runs of a kind are meant to refresh the candidates: nightly ones are, others if one ever did.';
