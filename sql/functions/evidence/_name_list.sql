-- obs._name_list: as many names as fit, and how many more there are
-- Called by: _message, _check_qa_sample
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._name_list(p_names text[], p_limit int) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
    v_fit int := (
        select count(*)
        from (
            select sum(length(n.name) + 2) over (order by n.place) as width, n.place
            from unnest(p_names) with ordinality n (name, place)
        ) w
        where w.width <= p_limit
    );
begin
    if v_fit = cardinality(p_names) then
        return array_to_string(p_names, ', ');
    end if;
    return coalesce(nullif(array_to_string(p_names[1:v_fit], ', '), ''), rtrim(left(p_names[1], p_limit)) || '…')
        || case when cardinality(p_names) > greatest(v_fit, 1) then format(' and %s more', cardinality(p_names) - greatest(v_fit, 1)) else '' end;
end
$$;
comment on function obs._name_list(text[], int) is 'As many names as fit into so many characters, and how many more there are.';
