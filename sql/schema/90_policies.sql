-- Row security on every table of obs: enabled, forced, deny by default. The policies themselves stand in
-- core/_secure_table.
do $policies$
begin
    perform obs._secure_table(c.oid::regclass)
    from pg_class c
    where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p')
    order by c.relname;
end
$policies$;
