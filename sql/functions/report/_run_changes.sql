-- obs._run_changes: what is not as it was in an earlier run: the run's own words, prices, relations of the host, configuration
-- Called by: timeline, the command line
-- Reads/Writes: enrichment_runs, price_cards, host_snapshots, audit_log, with the rights of who asks
-- Raises: nothing
-- The earlier run is p_against, else the last good one. Who may read the audit log also sees who changed the configuration
-- while the run lasted.
create or replace function obs._run_changes(p_run obs.enrichment_runs, p_until timestamptz, p_against text default null)
returns table (at timestamptz, what text, details jsonb)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_good obs.enrichment_runs;
begin
    select r.* into v_good
    from obs.enrichment_runs r
    where r.tenant_id = p_run.tenant_id and r.run_id = coalesce(p_against, obs._good_run_before(p_run));
    if v_good.run_id is not null then
        -- Numbers are metrics; what changes with each run says nothing.
        return query
        select p_run.started_at,
            format('%s: %s, was %s', k.key, coalesce(n.value #>> '{}', 'nothing'), coalesce(o.value #>> '{}', 'nothing')),
            jsonb_build_object('name', k.key, 'now', n.value, 'was', o.value, 'last_good_run', v_good.run_id)
        from (select jsonb_object_keys(p_run.meta || v_good.meta) as key) k
        left join jsonb_each(p_run.meta) n on n.key = k.key
        left join jsonb_each(v_good.meta) o on o.key = k.key
        where n.value is distinct from o.value
          and coalesce(jsonb_typeof(n.value), 'string') in ('string', 'boolean', 'null')
          and coalesce(jsonb_typeof(o.value), 'string') in ('string', 'boolean', 'null');
        return query
        select c.valid_from, format('price of %s %s: %s USD for %s %s', c.vendor, c.model_pattern, trim_scale(c.price_usd), c.per_units, c.unit),
            jsonb_build_object('vendor', c.vendor, 'model', c.model_pattern, 'unit', c.unit, 'for_all', c.tenant_id is null)
        from obs.price_cards c
        where c.valid_from > v_good.started_at and c.valid_from <= p_until
          and (c.tenant_id is null or c.tenant_id = p_run.tenant_id);
    end if;
    return query
    select s.taken_at, format('%s is not as it was in run %s', s.relation, f.run_id),
        jsonb_build_object('relation', s.relation, 'was_in', f.run_id, 'parts', (
            select jsonb_agg(p.key order by p.key)
            from jsonb_each(s.parts) p
            where p.value is distinct from f.parts -> p.key
        ))
    from obs.host_snapshots s
    cross join lateral (
        select o.run_id, o.fingerprint, o.parts
        from obs.host_snapshots o
        where o.tenant_id = s.tenant_id and o.relation = s.relation and o.taken_at < s.taken_at
        order by o.taken_at desc
        limit 1
    ) f
    where s.tenant_id = p_run.tenant_id and s.run_id = p_run.run_id and s.fingerprint <> f.fingerprint;
    if has_table_privilege('obs.audit_log', 'select') then
        return query
        select l.at, l.action || ' by ' || l.actor, l.detail
        from obs.audit_log l
        where l.at between p_run.started_at and p_until and (l.tenant_id is null or l.tenant_id = p_run.tenant_id)
          and l.action in (
              'set_setting', 'set_threshold', 'set_price', 'reprice', 'map_error_code', 'allow_extra_key', 'expect', 'unexpect',
              'silence', 'unsilence', 'register_condition', 'register_qa_source', 'set_route', 'drop_route', 'rotate_pepper'
          );
    end if;
end
$$;
comment on function obs._run_changes(obs.enrichment_runs, timestamptz, text) is
'What is not as it was in an earlier run (NULL: the last good one): the run''s own words, prices, relations, configuration.';
