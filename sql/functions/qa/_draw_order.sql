-- obs._draw_order: the first n of some companies in the order that a seed gives
-- Called by: _draw_qa, _risky_companies
-- Reads/Writes: nothing
-- Raises: nothing
-- Uniform over seeds, and the same for the same seed whatever the order of the companies: each has a hash of its own.
create or replace function obs._draw_order(p_seed text, p_companies text[], p_count int) returns text[]
language sql immutable parallel safe
begin atomic
    select coalesce(array_agg(d.company_id order by d.place, d.company_id), '{}')
    from (
        select
            c.company_id,
            sha256(convert_to(p_seed || '/' || c.company_id, 'UTF8')) as place
        from (select distinct u.company_id from unnest(p_companies) as u (company_id)) as c
        order by place, c.company_id
        limit p_count
    ) as d;
end;
comment on function obs._draw_order(text, text[], int) is
'The first n of some companies in the order that a seed gives: uniform over seeds, the same for the same seed.';
