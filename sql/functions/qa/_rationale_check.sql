-- obs._rationale_check: whether a rationale is there, speaks of the signals, and is no other company's as well
-- Called by: _qa_checks
-- Reads/Writes: nothing
-- Raises: nothing
-- p_shared: how many other companies of the run have the same words. Whether it is coherent, only people can say.
create or replace function obs._rationale_check(
    p_text text, p_is_asked boolean, p_logged_length numeric, p_signals text, p_shared bigint, p_hash text
) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_length constant numeric := coalesce(length(btrim(p_text, E' \t\r\n')), p_logged_length);
    v_wanted constant text[] := obs._terms(p_signals);
    v_mentioned int;
begin
    if v_length is null and not p_is_asked then
        return obs._checked('unknown', 'no event and no view says anything of a rationale');
    elsif coalesce(v_length, 0) <= 0 then
        return obs._checked('fail', 'the rationale is empty', 0);
    elsif v_length < 30 then
        return obs._checked('fail', 'the rationale is too short to give a reason', v_length, p_hash);
    elsif p_text is null then
        return obs._checked('unknown', 'not empty; the text itself was not shown', v_length);
    elsif p_shared > 0 then
        return obs._checked('fail', format('word for word that of %s other companies of the run', p_shared), v_length, p_hash);
    elsif cardinality(v_wanted) = 0 then
        return obs._checked('unknown', 'long enough and its own; no signals are given that it could mention', v_length, p_hash);
    end if;
    select count(*) into v_mentioned from (select unnest(obs._terms(p_text)) intersect select unnest(v_wanted)) s;
    if v_mentioned > 0 then
        return obs._checked(
            'pass', format('long enough, its own, and it mentions %s of the signals'' terms', v_mentioned), v_length, p_hash
        );
    elsif lower(p_text) !~ '\m(the|and|of|is|for|with|to|a|in|on)\M' then
        return obs._checked('unknown', 'long enough and its own; in a language whose words cannot be compared', v_length, p_hash);
    end if;
    return obs._checked('fail', 'it mentions none of the extracted signals', v_length, p_hash);
end
$$;
comment on function obs._rationale_check(text, boolean, numeric, text, bigint, text) is
'Whether a rationale is there, speaks of the extracted signals, and is no other company''s as well.';
