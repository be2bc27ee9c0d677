-- obs._redact_id: a name, code or id without e-mail addresses and secrets; its numbers stay
-- Called by: _mend_word, _id_valid, _quarantine, _mirror_run
-- Reads/Writes: tenant_peppers
-- Raises: nothing
create or replace function obs._redact_id(p_tenant_id text, p_text text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_plain text;
    v_text text;
begin
    if not obs._suspect_id(p_text) then
        return p_text;
    end if;
    v_plain := obs._unveil(left(p_text, 4000));
    v_text := obs._mask_secrets(v_plain);
    if strpos(v_text, '@') > 0 then
        v_text := obs._mask_emails(p_tenant_id, v_text);
    end if;
    if v_text ~ obs._pattern('base64_text') then
        v_text := obs._mask_runs(v_text);
    end if;
    return case when v_text = v_plain then p_text else v_text end;
end
$$;
comment on function obs._redact_id(text, text) is 'A name, code or id without e-mail addresses and secrets; its numbers stay.';
