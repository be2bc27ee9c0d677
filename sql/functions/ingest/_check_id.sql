-- obs._check_id: refuses an identifier that is empty, too long, unprintable or personal
-- Called by: start_run, _open_run, start_stage, finish_stage, set_metric, expect, keep_content
-- Reads/Writes: nothing
-- Raises: 22023
create or replace function obs._check_id(p_what text, p_id text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    if not obs._id_valid(p_id) then
        raise exception '% must have 1 to 128 printable characters and no e-mail address or secret in it; this one has %',
            p_what, coalesce(length(p_id), 0)
            using errcode = '22023';
    end if;
end
$$;
comment on function obs._check_id(text, text) is
'Refuses an identifier that is empty, too long, unprintable or personal.';
