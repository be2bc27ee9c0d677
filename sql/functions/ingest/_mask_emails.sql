-- obs._mask_emails: a text with its e-mail addresses replaced by their keyed hashes
-- Called by: _redact_text, _redact_id
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._mask_emails(p_tenant_id text, p_text text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    -- Each address found is put between two control characters, which splits the text around it.
    v_parts text[] := string_to_array(
        regexp_replace(translate(p_text, E'\x1e\x1f', '  '), obs._pattern('email'), E'\x1e\\&\x1f', 'g'), E'\x1e'
    );
    v_text text := v_parts[1];
    v_address text;
    v_version smallint;
    v_pepper bytea;
begin
    if cardinality(v_parts) < 2 then
        return p_text;
    elsif p_tenant_id is not null then
        select p.version, p.pepper into v_version, v_pepper
        from obs.tenant_peppers p
        where p.tenant_id = p_tenant_id and p.destroyed_at is null
        order by p.version desc
        limit 1;
    end if;
    for v_i in 2..cardinality(v_parts) loop
        v_address := split_part(v_parts[v_i], E'\x1f', 1);
        v_text := v_text || case
            -- What was left of a login in a URL.
            when v_address like 'masked@%' and v_text like '%:' then v_address
            -- Beyond 32 addresses a text is a list, and hashing it costs more than it tells.
            when v_pepper is null or v_i > 33 then 'email:masked'
            else 'email:h' || v_version || ':' || left(encode(obs._hmac_sha256(
                v_pepper, convert_to(lower(btrim(v_address, ' ."''')), 'UTF8')
            ), 'hex'), 32)
        end || split_part(v_parts[v_i], E'\x1f', 2);
    end loop;
    return v_text;
end
$$;
comment on function obs._mask_emails(text, text) is
'A text with its e-mail addresses replaced by email:h1:<hash>, or email:masked without a pepper.';
