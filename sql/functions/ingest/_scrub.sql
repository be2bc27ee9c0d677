-- obs._scrub: a suspect text without personal data and secrets; an id keeps its numbers
-- Called by: _redact_text, _redact_id, _cut_text
-- Reads/Writes: tenant_peppers, forgotten_emails
-- Raises: nothing
-- Marks are control characters, of which a text without disguises holds none: an address is put between \x1e and \x1f and
-- leaves \x1e until all else is masked, so that nothing looks into an address, or into its hash; a sign that is no address's
-- is \x1d until then.
create or replace function obs._scrub(p_tenant_id text, p_text text, p_is_id boolean) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_plain text := p_text;
    v_grown boolean := false;
    v_text text;
    v_lower text;
    v_found text[];
    v_parts text[];
    v_version smallint;
    v_pepper bytea;
    v_forgets boolean;
    v_hash text;
begin
    if octet_length(p_text) <> length(p_text) or strpos(p_text, '%') > 0 or strpos(p_text, '&') > 0 or strpos(p_text, E'\\') > 0
        or strpos(p_text, '=40') > 0 or regexp_replace(p_text, obs._pattern('unseen'), '', 'g') <> p_text
    then
        v_plain := obs._unveil(p_text);
        -- A character can stand for eighteen: a text that grows beyond twice its length is not read to its end, nor kept.
        v_grown := length(v_plain) > 2 * length(p_text) + 64;
        if v_grown then
            v_plain := left(v_plain, 2 * length(p_text) + 64) || ' [cut]';
        end if;
    end if;
    v_text := v_plain;
    v_lower := lower(v_plain collate "C");
    if v_text ~ obs._pattern('secret_run') or strpos(v_lower, 'passw') > 0 or strpos(v_lower, 'pwd') > 0
        or strpos(v_lower, 'secret') > 0 or strpos(v_lower, 'phrase') > 0 or strpos(v_lower, '_pass') > 0 or strpos(v_lower, 'identified by') > 0
        or strpos(v_lower, 'authoriz') > 0
        or strpos(v_lower, 'cookie') > 0 or strpos(v_lower, '://') > 0 or strpos(v_lower, '-----begin') > 0
    then
        v_text := obs._mask_secrets(v_text);
    end if;
    if strpos(v_text, '@') > 0 then
        if strpos(v_text, '@v') > 0 or strpos(v_text, '@sha') > 0 then
            v_text := regexp_replace(v_text, obs._pattern('version'), E'\x1d\\1', 'g');
        end if;
        v_text := regexp_replace(v_text, obs._pattern('email'), E'\x1e\\&\x1f', 'g');
        v_found := string_to_array(v_text, E'\x1e');
        if cardinality(v_found) = 2 then
            v_text := v_found[1] || E'\x1e' || split_part(v_found[2], E'\x1f', 2);
        elsif cardinality(v_found) > 2 then
            v_text := regexp_replace(v_text, E'\x1e[^\x1f]*\x1f', E'\x1e', 'g');
        end if;
    end if;
    if not p_is_id and (
        strpos(v_lower, ' dot ') > 0 or strpos(v_lower, '_dot_') > 0 or strpos(v_lower, 'at)') > 0 or strpos(v_lower, 'at]') > 0
        or strpos(v_lower, 'at}') > 0 or strpos(v_lower, 'at>') > 0 or strpos(v_lower, 'at )') > 0 or strpos(v_lower, 'at ]') > 0
        or strpos(v_lower, '@)') > 0 or strpos(v_lower, '@]') > 0
        or (strpos(v_text, '@') > 0 and regexp_count(v_text, E'[ \\t\\r\\n]@|@[ \\t\\r\\n]') > 0)
    ) then
        v_text := regexp_replace(v_text, obs._pattern('email_spelled'), 'email:masked', 'g');
    end if;
    if v_text ~ obs._pattern('base64_at') or (strpos(v_lower, '40') > 0 and strpos(v_lower, '2e') > 0) then
        v_text := obs._mask_runs(v_text);
    end if;
    if not p_is_id and v_text ~ obs._pattern('digits') then
        v_text := obs._mask_numbers(v_text);
    end if;
    v_text := replace(v_text, E'\x1d', '@');
    if v_text = v_plain and not v_grown then
        -- What was only disguised, and held nothing, stays as it came.
        return p_text;
    elsif strpos(v_text, E'\x1e') = 0 then
        return v_text;
    elsif p_tenant_id is not null then
        select p.version, p.pepper, exists (select from obs.forgotten_emails f where f.tenant_id = p.tenant_id)
        into v_version, v_pepper, v_forgets
        from obs.tenant_peppers p
        where p.tenant_id = p_tenant_id and p.destroyed_at is null
        order by p.version desc
        limit 1;
    end if;
    if v_pepper is null then
        return replace(v_text, E'\x1e', 'email:masked');
    end if;
    v_parts := string_to_array(v_text, E'\x1e');
    v_text := v_parts[1];
    for v_i in 2..least(cardinality(v_parts), 33) loop
        v_hash := obs._hash_under(v_version, v_pepper, lower(btrim(split_part(v_found[v_i], E'\x1f', 1), ' ."''')));
        if v_forgets then
            v_hash := coalesce(
                (select 'forgotten' from obs.forgotten_emails f where f.tenant_id = p_tenant_id and f.hash = v_hash), v_hash
            );
        end if;
        v_text := v_text || 'email:' || v_hash || v_parts[v_i];
    end loop;
    -- Beyond 32 addresses a text is a list, and hashing it costs more than it tells.
    if cardinality(v_parts) > 33 then
        v_text := v_text || 'email:masked' || array_to_string(v_parts[34:], 'email:masked');
    end if;
    return v_text;
end
$$;
comment on function obs._scrub(text, text, boolean) is
'A suspect text without personal data and secrets; addresses become keyed hashes, but for those that its tenant was asked to
forget. An id keeps its numbers.';
