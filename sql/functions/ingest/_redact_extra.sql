-- obs._redact_extra: an extra as it may be stored
-- Called by: _mend, _open_run
-- Reads/Writes: tenant_peppers, extra_keys, settings
-- Raises: nothing
-- Numbers, booleans and identifier-like text pass under any key; free text only under plain and allow-listed keys; all
-- else leaves its length and hash. What is under a secret's or a prompt's key never passes. Over 16 kB, or where too much must
-- be looked at closely, only the plain values stay.
create or replace function obs._redact_extra(p_tenant_id text, p_extra jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_whole constant text := p_extra::text;
    v_size constant int := octet_length(v_whole);
    v_extra jsonb := p_extra;
    v_allowed text[];
    v_strict boolean;
    v_key text;
    v_text text;
begin
    if obs._extra_clean(p_extra) then
        return p_extra;
    elsif jsonb_typeof(p_extra) = 'object' and p_extra - obs._plain_keys() = '{}' and v_size <= 16384
        and v_whole !~ ': [\[{]|[0-9.]{12}' and not obs._extra_dear(p_extra, '{}')
    then
        -- Plain keys keep their text, scrubbed, whatever the tenant's settings; nothing is nested, no number is long.
        for v_key, v_text in select e.key, e.value from jsonb_each_text(p_extra) e loop
            if obs._suspect(v_text) and jsonb_typeof(p_extra -> v_key) = 'string' then
                v_extra := v_extra || jsonb_build_object(v_key, obs._redact_text(p_tenant_id, v_text));
            end if;
        end loop;
        return v_extra;
    end if;
    select
        (select array_agg(k.key) from obs.extra_keys k where k.tenant_id = p_tenant_id or k.tenant_id is null),
        (
            select s.value = '"strict"' from obs.settings s
            where s.key = 'extra_mode' and (s.tenant_id = p_tenant_id or s.tenant_id is null)
            order by s.tenant_id nulls last limit 1
        )
    into v_allowed, v_strict;
    if v_strict is not true and strpos(v_whole, '@') = 0 and v_whole ~ obs._pattern('flat')
        and v_whole !~ obs._pattern('odd_word')
    then
        return p_extra;
    end if;
    if v_size > 16384 or obs._extra_dear(p_extra, coalesce(v_allowed, '{}')) then
        v_extra := obs._warn(
            coalesce(
                (
                    select jsonb_object_agg(e.key, e.value)
                    from jsonb_each(case when jsonb_typeof(p_extra) = 'object' then p_extra else '{}' end) as e
                    where e.key = any(obs._plain_keys()) and jsonb_typeof(e.value) not in ('object', 'array')
                        and octet_length(e.value::text) <= 256
                ),
                '{}'
            ) || jsonb_build_object(
                'obs_cut', jsonb_build_object('bytes', v_size, 'hash', obs._keyed_hash(p_tenant_id, v_whole))
            ),
            array['extra_cut']
        );
    end if;
    return obs._redact_json(p_tenant_id, v_extra, 'other', false, coalesce(v_allowed, '{}'), v_strict is true, 0);
end
$$;
comment on function obs._redact_extra(text, jsonb) is
'An extra as it may be stored: what is not plainly impersonal leaves its length and hash.';
