-- Drops the functions and views of an older obs that this manifest did not make anew. 02_ledger noted what was there, with
-- the transaction that wrote it: what still has that one was not written since, by whatever savepoints psql may set.
-- What somebody's own view, function or trigger needs stays, with a warning. Other owners' objects are not looked at.
do $sweep$
declare
    v_before constant text[] := string_to_array(nullif(current_setting('obs.made_before', true), ''), ' ');
    v_object record;
    v_dropped int := 1;
    v_kept text[];
begin
    while v_dropped > 0 loop
        v_dropped := 0;
        v_kept := '{}';
        for v_object in
            select 'routine' as kind, p.oid::regprocedure::text as name
            from pg_proc p
            where p.pronamespace = 'obs'::regnamespace and format('f%s:%s', p.oid, p.xmin) = any(v_before)
            union all
            select 'view', c.oid::regclass::text
            from pg_class c join pg_rewrite w on w.ev_class = c.oid
            where c.relnamespace = 'obs'::regnamespace and c.relkind = 'v' and format('v%s:%s', c.oid, w.xmin) = any(v_before)
        loop
            begin
                execute format('drop %s %s', v_object.kind, v_object.name);
                v_dropped := v_dropped + 1;
            exception when dependent_objects_still_exist then
                v_kept := v_kept || format('%s %s', v_object.kind, v_object.name);
            end;
        end loop;
    end loop;
    perform set_config('obs.made_before', '', false);
    if cardinality(v_kept) > 0 then
        raise warning 'no longer part of obs, but something of yours needs it, so it stays: %', array_to_string(v_kept, ', ')
            using hint = 'Drop what needs it, then drop it, or install obs again.';
    end if;
end
$sweep$;
