-- obs._redact_json: one value of extra, and all within it, as it may be stored
-- Called by: _redact_extra, _redact_member, itself
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._redact_json(
    p_tenant_id text, p_value jsonb, p_class text, p_kept boolean, p_allowed text[], p_strict boolean, p_depth int
) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_text text;
    v_out jsonb;
begin
    case jsonb_typeof(p_value)
    when 'string' then
        v_text := p_value #>> '{}';
        if v_text = '' or (strpos(v_text, ':') > 0 and v_text ~ obs._pattern('mask')) then
            return p_value;
        elsif p_class in ('secret', 'prompt') then
            return obs._left_out(p_tenant_id, v_text);
        elsif p_class = 'number' and translate(v_text, '0123456789', '') <> v_text then
            return to_jsonb('number:masked'::text);
        end if;
        if not p_kept and length(v_text) > 512 and v_text not like 'http%' then
            return obs._left_out(p_tenant_id, v_text);
        elsif obs._suspect(v_text) or octet_length(v_text) > 16384 then
            v_text := obs._redact_text(p_tenant_id, v_text);
        end if;
        if p_kept or (length(v_text) <= 64 and v_text !~ obs._pattern('no_identifier') and (p_class <> 'personal' or v_text ~ obs._pattern('mask'))) then
            return to_jsonb(v_text);
        elsif p_class <> 'personal' and v_text like 'http%' and v_text ~ obs._pattern('url') then
            return to_jsonb(regexp_replace(v_text, '[?#].*', '?query:masked'));
        end if;
        return obs._left_out(p_tenant_id, p_value #>> '{}');
    when 'number' then
        v_text := p_value::text;
        return case
            when p_class = 'number' and length(v_text) - length(translate(v_text, '0123456789', '')) >= 6 then '"number:masked"'
            when p_class = 'secret' then '"secret:masked"'
            when length(v_text) >= 12 and v_text ~ obs._pattern('card') then '"card:masked"'
            else p_value
        end;
    when 'object' then
        if p_value ?& array['len', 'hash'] and p_value - '{len,hash}'::text[] = '{}' and jsonb_typeof(p_value -> 'len') = 'number'
            and p_value ->> 'hash' ~ '^(?:h[0-9]+:[0-9a-f]{32}|masked)$'
        then
            return p_value;
        elsif p_class in ('secret', 'prompt') or p_depth >= 8 then
            return obs._left_out(p_tenant_id, p_value::text);
        end if;
        select jsonb_object_agg(
            obs._redact_key(p_tenant_id, e.key),
            obs._redact_member(p_tenant_id, e.key, e.value, p_allowed, p_strict, p_depth + 1)
        )
        into v_out
        from jsonb_each(p_value) as e
        where not p_strict or e.key = any(obs._plain_keys()) or e.key = any(p_allowed);
        return coalesce(v_out, jsonb_build_object());
    when 'array' then
        if p_class in ('secret', 'prompt') or p_depth >= 8 then
            return obs._left_out(p_tenant_id, p_value::text);
        elsif p_value = '[]' then
            return p_value;
        elsif translate(p_value::text, '[]0123456789., -', '') = '' then
            if p_class = 'number' and jsonb_array_length(p_value) > 64 then
                return to_jsonb('number:masked'::text);
            elsif p_class <> 'number'
                and (p_value::text !~ obs._pattern('many_digits') or p_value::text !~ obs._pattern('card'))
            then
                return p_value;
            end if;
        end if;
        return coalesce(
            (
                select jsonb_agg(
                    obs._redact_json(p_tenant_id, e.value, p_class, p_kept, p_allowed, p_strict, p_depth + 1) order by e.ordinality
                )
                from jsonb_array_elements(p_value) with ordinality as e
            ),
            '[]'
        );
    else
        return p_value;
    end case;
end
$$;
comment on function obs._redact_json(text, jsonb, text, boolean, text[], boolean, int)
is 'One value of extra, and all within it, as it may be stored under a key of this class.';
