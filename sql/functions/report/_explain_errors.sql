-- obs._explain_errors: the difference of two runs' failed items, and of their failed vendor calls, by stage, vendor and code
-- Called by: explain
-- Reads/Writes: run_error_codes, run_stage_stats, run_vendor_usage, with the rights of who asks
-- Raises: nothing
-- Failures without a code, or with one that a success carries too, are what the codes leave of a stage's or a vendor's number.
create or replace function obs._explain_errors(p_before obs.enrichment_runs, p_after obs.enrichment_runs)
returns table (
    measure text, stage text, vendor text, error_code text, before numeric, after numeric, delta numeric,
    total_before numeric, total_after numeric
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with run as (
        select * from (values (0, p_before.run_id), (1, p_after.run_id)) r (side, run_id)
    ), code as materialized (
        select r.side, c.kind, nullif(c.stage, '') as stage, nullif(c.vendor, '') as vendor, c.error_code, c.n::numeric as n
        from run r
        join obs.run_error_codes c on c.tenant_id = p_after.tenant_id and c.run_id = r.run_id and c.kind in ('item', 'call')
    ), counted as (
        select r.side, 'item' as kind, s.stage::text as stage, null::text as vendor, s.count_error::numeric as n
        from run r
        join obs.run_stage_stats s on s.tenant_id = p_after.tenant_id and s.run_id = r.run_id
        union all
        select r.side, 'call', null, v.vendor::text, v.errors
        from run r
        join obs.run_vendor_usage v on v.tenant_id = p_after.tenant_id and v.run_id = r.run_id
    ), part as (
        select c.* from code c
        union all
        select n.side, n.kind, n.stage, n.vendor, null, n.n - coalesce((
            select sum(c.n) from code c
            where c.side = n.side and c.kind = n.kind
              and case n.kind when 'item' then c.stage = n.stage else c.vendor = n.vendor end
        ), 0)
        from counted n
    ), summed as (
        select p.kind, p.stage, p.vendor, p.error_code, coalesce(sum(p.n) filter (where p.side = 0), 0) as before,
            coalesce(sum(p.n) filter (where p.side = 1), 0) as after
        from part p
        group by p.kind, p.stage, p.vendor, p.error_code
    ), totalled as (
        select s.*, sum(s.before) over k as total_before, sum(s.after) over k as total_after
        from summed s
        window k as (partition by s.kind)
    )
    select case t.kind when 'item' then 'errors' else 'call_errors' end, t.stage, t.vendor, t.error_code, t.before, t.after,
        t.after - t.before, t.total_before, t.total_after
    from totalled t
    where t.after <> t.before;
end
$$;
comment on function obs._explain_errors(obs.enrichment_runs, obs.enrichment_runs) is
'The difference of two runs'' failed items, and of their failed vendor calls, by stage, vendor and error code.';
