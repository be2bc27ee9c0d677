-- obs._read_host_companies: what the host's view says of a run: buckets of all its companies, or all columns of some
-- Called by: _read_source
-- Reads/Writes: the host's view
-- Raises: nothing: a view may fail in any way, and is then an answer with its SQLSTATE
-- Owned by obs_host, which may do nothing in obs: functions of the view run with these rights. Whatever they change, settings
-- included, is rolled back when it has been read. A cancel or a timeout ends the reading, not the caller's statement: a view
-- could raise the like itself, and a slow one must not fail a finish.
grant usage, create on schema obs to obs_host;
set role obs_host;

create or replace function obs._read_host_companies(
    p_relation text, p_tenant_id text, p_run_id text, p_companies text[]
) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $$
declare
    v_view regclass;
    v_type text;
    v_more text;
    v_answer jsonb;
begin
    begin
        v_view := p_relation::regclass;
        select
            max(case when a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype, 'text'::regtype)
                then a.atttypid::regtype::text end) filter (where a.attname = 'run_id'),
            string_agg(format(', %L, left(h.%I::text, 1000)', a.attname, a.attname), '' order by a.attname)
                filter (where a.attname in ('name', 'industry'))
        into v_type, v_more
        from pg_attribute a
        where a.attrelid = v_view and a.attnum > 0 and not a.attisdropped;
        if p_companies is null then
            execute format($query$
                select jsonb_build_object(
                    'high', coalesce(jsonb_agg(c.id) filter (where c.bucket = 'High'), '[]'),
                    'other', coalesce(jsonb_agg(c.id) filter (where c.bucket <> 'High'), '[]')
                )
                from (
                    select distinct on (h.company_id::text) h.company_id::text as id, h.bucket::text as bucket
                    from %1$s h
                    where h.tenant_id::text = $1 and h.run_id%2$s and h.company_id is not null and h.bucket is not null
                    order by h.company_id::text, h.bucket::text
                ) c
            $query$, v_view, case when v_type is null then '::text = $2' else ' = $2::' || v_type end)
            into v_answer using p_tenant_id, p_run_id;
        else
            execute format($query$
                with told as materialized (
                    select h.company_id::text as id,
                        md5(lower(btrim(regexp_replace(h.rationale::text, '\s+', ' ', 'g')))) as said,
                        case when h.company_id::text = any($3) then jsonb_build_object(
                            'domain', left(h.domain::text, 1000), 'about', left(h.about_text::text, 20000),
                            'rationale', left(h.rationale::text, 20000), 'contacts', to_jsonb(h.contacts),
                            'signals', left(to_jsonb(h.signals)::text, 20000)%3$s
                        ) end as facts
                    from %1$s h
                    where h.tenant_id::text = $1 and h.run_id%2$s
                )
                select coalesce(jsonb_object_agg(t.id, t.facts || jsonb_build_object('shared', (
                    select count(distinct o.id) from told o where o.said = t.said and o.id <> t.id
                ))), '{}')
                from (select distinct on (f.id) f.* from told f where f.facts is not null order by f.id, f.facts::text) t
            $query$, v_view, case when v_type is null then '::text = $2' else ' = $2::' || v_type end, v_more)
            into v_answer using p_tenant_id, p_run_id, p_companies;
        end if;
        raise sqlstate 'QAEND' using message = 'it has been read';
    exception
        when sqlstate 'QAEND' then
            return coalesce(jsonb_build_object('answer', v_answer), '{}');
        when others or assert_failure or query_canceled then
            return jsonb_build_object('error', sqlstate);
    end;
end
$$;
comment on function obs._read_host_companies(text, text, text, text[]) is
'What the host''s view says of a run: the buckets of all its companies, or all it knows of some; read as obs_host.';
revoke all on function obs._read_host_companies(text, text, text, text[]) from public;
grant execute on function obs._read_host_companies(text, text, text, text[]) to obs_owner;

set role obs_owner;
revoke usage, create on schema obs from obs_host;
