-- obs.register_qa_source: names the view of the host that knows what companies look like; NULL takes it away
-- Called by: administrators
-- Reads/Writes: qa_sources, audit_log, the catalog
-- Raises: 22023 a relation without the needed columns, 42501 when obs_host may not read it, OB001 unknown tenant
create or replace function obs.register_qa_source(p_relation regclass, p_tenant_id text default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_class pg_class;
    v_missing text := (
        select string_agg(n.name, ', ' order by n.place)
        from unnest(array[
            'tenant_id', 'run_id', 'company_id', 'bucket', 'domain', 'about_text', 'contacts', 'rationale', 'signals'
        ]) with ordinality as n (name, place)
        where not exists (
            select from pg_attribute a where a.attrelid = p_relation and a.attname = n.name and a.attnum > 0 and not a.attisdropped
        )
    );
begin
    perform obs._known_tenant(p_tenant_id);
    if p_relation is null then
        delete from obs.qa_sources s where s.tenant_id is not distinct from p_tenant_id;
        perform obs._audit(p_tenant_id, 'register_qa_source', '{"relation": null}');
        return;
    end if;
    select c.* into v_class from pg_class c where c.oid = p_relation;
    if v_missing is not null or v_class.relkind not in ('v', 'm', 'r', 'p', 'f') or v_class.relpersistence = 't' then
        raise exception 'relation % cannot be a source of QA: %', p_relation, case
            when v_missing is not null then 'it lacks the columns ' || v_missing
            when v_class.relpersistence = 't' then 'it is temporary'
            else 'it is no table and no view'
        end using errcode = '22023', hint = 'Make a view with the columns '
            'tenant_id, run_id, company_id, bucket, domain, about_text, contacts, rationale, signals.';
    end if;
    if not has_schema_privilege('obs_host', v_class.relnamespace, 'usage') or not has_table_privilege('obs_host', p_relation, 'select') then
        raise exception 'obs_host may not read %', p_relation using errcode = '42501',
            hint = format(
                'grant usage on schema %s to obs_host; grant select on %s to obs_host;', v_class.relnamespace::regnamespace, p_relation
            );
    end if;
    insert into obs.qa_sources as s (tenant_id, relation, registered_by)
    values (p_tenant_id, obs._relation_name(p_relation), obs._asker())
    on conflict (tenant_id) do update
        set relation = excluded.relation, registered_by = excluded.registered_by, registered_at = excluded.registered_at,
            last_read_at = null, last_ms = null, last_error = null;
    perform obs._audit(p_tenant_id, 'register_qa_source', jsonb_build_object('relation', obs._relation_name(p_relation)));
end
$$;
comment on function obs.register_qa_source(regclass, text) is
'Names the view of the host that knows what companies look like, for one tenant or (NULL) for all; a NULL relation takes it '
'away. It is read when a sample is drawn, as obs_host, and its texts are not kept.';
