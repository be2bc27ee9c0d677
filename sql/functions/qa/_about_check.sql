-- obs._about_check: whether an about text is there, and about the company it stands for
-- Called by: _qa_checks
-- Reads/Writes: nothing
-- Raises: nothing
-- Relevant: the text names the company or its domain, or shares a term with its industry or signals. It fails for want of
-- that only when there was enough to compare and the text is English by its stop words; otherwise it is unknown.
create or replace function obs._about_check(
    p_text text, p_is_asked boolean, p_logged_length numeric, p_name text, p_domain text, p_about_what text, p_hash text
) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_length constant int := length(btrim(p_text, E' \t\r\n'));
    v_squeezed constant text := regexp_replace(lower(p_text), '[^a-z0-9\u0080-\uffff]', '', 'g');
    v_names constant text[] := array(
        select n.name
        from (
            select regexp_replace(
                regexp_replace(lower(p_name), '\m(inc|llc|ltd|corp|corporation|co|gmbh|ag|sa|sas|bv|plc|labs?|the)\M', '', 'g'),
                '[^a-z0-9\u0080-\uffff]', '', 'g'
            )
            union all
            select regexp_replace(regexp_replace(l.label, '^(get|try|join|use|go)|(hq|app|inc|labs)$', '', 'g'), '-', '', 'g')
            from unnest((string_to_array(obs._host_of(p_domain), '.'))) with ordinality as l (label, place)
            where l.place < cardinality(string_to_array(obs._host_of(p_domain), '.'))
        ) as n (name)
        where length(n.name) >= 3 and n.name not in ('www', 'com', 'org', 'net', 'web', 'blog', 'app')
    );
    v_said constant text[] := obs._terms(p_text);
    v_wanted constant text[] := obs._terms(concat_ws(' ', p_name, p_about_what));
    v_shared int;
begin
    if p_text is null and not (p_is_asked and p_logged_length is null) then
        return case
            when p_logged_length is null then obs._checked('unknown', 'no event and no view says anything of an about text')
            when p_logged_length <= 0 then obs._checked('fail', 'the about text is empty', 0)
            else obs._checked('unknown', 'not empty; the text itself was not shown, so nobody knows what it is about', p_logged_length)
        end;
    end if;
    if coalesce(v_length, 0) = 0 then
        return obs._checked('fail', 'the about text is empty', 0);
    end if;
    select count(*) into v_shared from (select unnest(v_said) intersect select unnest(v_wanted)) s;
    if exists (select from unnest(v_names) as n (name) where strpos(v_squeezed, n.name) > 0) then
        return obs._checked('pass', 'not empty, and it names the company or its domain', v_length, p_hash);
    elsif v_shared > 0 then
        return obs._checked(
            'pass', format('not empty, and it shares %s terms with the company''s name, industry or signals', v_shared), v_length, p_hash
        );
    elsif cardinality(v_said) < 5 then
        return obs._checked('unknown', 'too short to say what it is about', v_length, p_hash);
    elsif cardinality(v_wanted) < 3 then
        return obs._checked('unknown', 'not empty; too little is known of the company to compare it with', v_length, p_hash);
    elsif lower(p_text) !~ '\m(the|and|of|is|for|with|to)\M' then
        return obs._checked('unknown', 'not empty; in a language whose words cannot be compared', v_length, p_hash);
    end if;
    return obs._checked('fail', 'it shares no term with the company''s name, domain, industry or signals', v_length, p_hash);
end
$$;
comment on function obs._about_check(text, boolean, numeric, text, text, text, text) is
'Whether an about text is there, and about the company it stands for.';
