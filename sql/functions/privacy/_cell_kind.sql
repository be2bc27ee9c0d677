-- obs._cell_kind: what kind of raw data a cell holds; NULL when it holds none
-- Called by: the statement of _scan_sql
-- Reads/Writes: extra_keys
-- Raises: nothing
-- Within JSON, what looks like a name or id, or stands under the name of a column of such, may be one: its numbers stay. An
-- extra is held to the rules of extra, whatever its tenant's extra_mode is today.
create or replace function obs._cell_kind(p_how text, p_tenant_id text, p_cell text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    c_ids constant text[] := '{run_id,tenant_id,company_id,stage,event,status,error_code,vendor,model,trace_id,level,logger,'
        'producer}'::text[];
    v_kind text;
    v_allowed text[];
    v_extra jsonb;
    v_named jsonb;
begin
    case p_how
    when 'id' then
        return obs._text_kind(p_cell, true);
    when 'list' then
        select obs._text_kind(l.value, false) into v_kind
        from unnest(p_cell::text[]) l (value)
        where obs._text_kind(l.value, false) is not null
        limit 1;
        return v_kind;
    when 'text' then
        return obs._text_kind(p_cell, false);
    else
        if p_how = 'json' and jsonb_typeof(p_cell::jsonb) = 'object' then
            v_named := p_cell::jsonb;
        end if;
        for v_kind in
            select obs._text_kind(i.value, true)
            from jsonb_each_text(v_named) i
            where i.key = any(c_ids) and obs._suspect_id(i.value)
            union all
            select obs._text_kind(t.value, p_how = 'json' and length(t.value) <= 64 and t.value !~ obs._pattern('no_identifier'))
            from obs._json_texts(coalesce(v_named - c_ids, p_cell::jsonb)) t (value)
            where obs._suspect(t.value)
        loop
            if v_kind is not null then
                return v_kind;
            end if;
        end loop;
        if p_how = 'extra' then
            select array_agg(k.key) into v_allowed
            from obs.extra_keys k where k.tenant_id = p_tenant_id or k.tenant_id is null;
            v_extra := replace(p_cell, '"email:forgotten"', '"email:masked"')::jsonb;
            if obs._redact_json(null, v_extra, 'other', false, coalesce(v_allowed, '{}'), false, 0) <> v_extra then
                return 'extra';
            end if;
        end if;
        return null;
    end case;
end
$$;
comment on function obs._cell_kind(text, text, text) is 'What kind of raw data a cell holds; NULL when it holds none.';
