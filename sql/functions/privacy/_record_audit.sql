-- obs._record_audit: keeps an audit: one row for its scope, and one for each tenant of it
-- Called by: privacy_audit, _audit_day
-- Reads/Writes: privacy_audits, tenants
-- Raises: nothing
-- p_since: event days before it were left out.
-- p_scans: what _scan_relation gave, one a relation or piece of one. p_canaries: {tenant: {planted, missed}}.
-- Returns the report of the scope.
create or replace function obs._record_audit(
    p_tenant_id text, p_run_day date, p_since date, p_started_at timestamptz, p_scans jsonb, p_canaries jsonb,
    p_excluded jsonb
) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant text;
    v_report jsonb;
    v_answer jsonb;
    v_took bigint;
begin
    for v_tenant in
        select null::text where p_tenant_id is null
        union all
        select t.tenant_id from obs.tenants t where p_tenant_id is null or t.tenant_id = p_tenant_id
    loop
        v_took := ceil(extract(epoch from clock_timestamp() - p_started_at) * 1000);
        select jsonb_build_object(
            'tables', coalesce(jsonb_agg(x.line order by x.line ->> 'table'), '[]'),
            'rows_scanned', coalesce(sum((x.line ->> 'rows')::bigint), 0),
            'cells_scanned', coalesce(sum((x.line ->> 'cells')::bigint), 0)
        )
        into v_report
        from (
            select jsonb_build_object(
                'table', s.value ->> 'table', 'relations', count(distinct s.value ->> 'relation'),
                'rows', coalesce(sum((z.value ->> 0)::bigint), 0), 'cells', coalesce(sum((z.value ->> 1)::bigint), 0)
            ) as line
            from jsonb_array_elements(p_scans) s
            left join lateral jsonb_each(s.value -> 'sizes') z on v_tenant is null or z.key = v_tenant
            group by s.value ->> 'table'
        ) x;
        select v_report || jsonb_build_object(
            'findings', coalesce(jsonb_agg(f.value), '[]'), 'findings_total', coalesce(sum((f.value ->> 'rows')::bigint), 0)
        )
        into v_report
        from (
            -- What several pieces of a relation found is one finding; the first piece names the row.
            select (array_agg(e.value order by s.place))[1] || jsonb_build_object('rows', sum((e.value ->> 'rows')::bigint)) as value
            from jsonb_array_elements(p_scans) with ordinality s (value, place)
            cross join lateral jsonb_array_elements(s.value -> 'findings') e
            where v_tenant is null or e.value ->> 'tenant_id' = v_tenant
            group by s.value ->> 'relation', e.value ->> 'column', e.value ->> 'kind', e.value ->> 'tenant_id'
            order by min(s.place), e.value ->> 'column', e.value ->> 'kind', e.value ->> 'tenant_id'
        ) f;
        select v_report || jsonb_build_object('canaries', jsonb_build_object(
            'planted', coalesce(sum((c.value ->> 'planted')::int), 0),
            'caught', coalesce(sum((c.value ->> 'planted')::int - jsonb_array_length(c.value -> 'missed')), 0),
            'missed', coalesce((
                select jsonb_agg(distinct m.value) from jsonb_each(p_canaries) k
                cross join lateral jsonb_array_elements_text(k.value -> 'missed') m (value)
                where v_tenant is null or k.key = v_tenant
            ), '[]')
        ))
        into v_report
        from jsonb_each(p_canaries) c
        where v_tenant is null or c.key = v_tenant;
        v_report := v_report || jsonb_build_object(
            'scope', coalesce(v_tenant, 'all tenants'), 'run_day', p_run_day, 'since', p_since, 'duration_ms', v_took, 'excluded', p_excluded,
            'verdict', case when (v_report ->> 'findings_total')::bigint = 0
                and v_report #>> '{canaries,planted}' = v_report #>> '{canaries,caught}' then 'clean' else 'dirty' end
        );
        insert into obs.privacy_audits (
            tenant_id, run_day, started_at, duration_ms, rows_scanned, cells_scanned, findings, canaries_planted, canaries_caught,
            verdict, report, actor
        )
        values (
            v_tenant, p_run_day, p_started_at, v_took, (v_report ->> 'rows_scanned')::bigint, (v_report ->> 'cells_scanned')::bigint,
            (v_report ->> 'findings_total')::bigint, (v_report #>> '{canaries,planted}')::int,
            (v_report #>> '{canaries,caught}')::int, v_report ->> 'verdict', v_report, obs._asker()
        );
        v_answer := coalesce(v_answer, v_report);
    end loop;
    return v_answer;
end
$$;
comment on function obs._record_audit(text, date, date, timestamptz, jsonb, jsonb, jsonb) is
'Keeps an audit: one row for its scope, and one for each tenant of it; returns the report of the scope.';
