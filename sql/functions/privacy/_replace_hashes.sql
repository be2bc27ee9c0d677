-- obs._replace_hashes: takes keyed hashes out of one table or partition
-- Called by: forget_email
-- Reads/Writes: the relation
-- Raises: what a constraint of the relation raises
-- An address's hash becomes email:forgotten, one that stood for a whole text masked. In a key the word ends in p_word, the same
-- for all rows of one forgetting and of no other, so that two who are forgotten stay two, and in the version of its pepper, so
-- that rows under an old and a new one stay two. p_change false: only counts.
create or replace function obs._replace_hashes(
    p_relation regclass, p_tenant_id text, p_hashes text[], p_word text, p_change boolean
) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_pattern constant text := 'h([0-9]+):(?:' || (
        select string_agg(split_part(h.hash, ':', 2), '|') from unnest(p_hashes) h (hash)
    ) || ')';
    v_rows bigint;
begin
    if obs._replace_sql(p_relation, p_change) is null then
        return 0;
    elsif p_change then
        execute obs._replace_sql(p_relation, true) using v_pattern, p_tenant_id, p_word;
        get diagnostics v_rows = row_count;
    else
        execute obs._replace_sql(p_relation, false) into v_rows using v_pattern, p_tenant_id, p_word;
    end if;
    return v_rows;
exception when undefined_table then
    return 0;
end
$$;
comment on function obs._replace_hashes(regclass, text, text[], text, boolean) is
'Takes keyed hashes out of one table or partition, or only counts the rows that hold them.';
