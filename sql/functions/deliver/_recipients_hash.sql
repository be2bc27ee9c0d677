-- obs._recipients_hash: what stands for a list of mail addresses, the same in any order and spelling of letters
-- Called by: claim_night_mail, end_night_mail
-- Reads/Writes: nothing
-- Raises: 22023 when there is none
create or replace function obs._recipients_hash(p_recipients text[]) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_all text := (select string_agg(distinct lower(btrim(r)), ',' order by lower(btrim(r))) from unnest(p_recipients) r);
begin
    if coalesce(v_all, '') = '' then
        raise exception 'a report needs somebody to be mailed to' using errcode = '22023';
    end if;
    return left(encode(sha256(convert_to(v_all, 'UTF8')), 'hex'), 32);
end
$$;
comment on function obs._recipients_hash(text[]) is
'What stands for a list of mail addresses, the same in any order and spelling of letters.';
