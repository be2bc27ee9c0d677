-- obs._store_new: the statement of _store_one for an event whose id was made in this very call
-- Called by: log_event
-- Reads/Writes: enrichment_runs, event_days, run_event_logs, stage_deltas
-- Raises: nothing an event can cause
-- Made from the text of _store_one, so that there is one statement: a random id that nobody has seen meets no first copy,
-- so none is looked for.
do $make$
declare
    v_one constant oid := 'obs._store_one'::regproc;
    v_text constant text := (select p.prosrc from pg_proc p where p.oid = v_one);
    v_conflict constant text := E'        on conflict do nothing\n';
begin
    if strpos(v_text, v_conflict) = 0 then
        raise exception 'the text of _store_one is not what _store_new looks for';
    end if;
    execute 'create or replace function obs._store_new(' || pg_get_function_arguments(v_one) || ') returns boolean '
        'language plpgsql volatile set search_path = pg_catalog, pg_temp as '
        || quote_literal(replace(v_text, v_conflict, ''));
end
$make$;
comment on function obs._store_new is
'Stores one clean event with a new id of an open run with its delta; false when its run asks for more.';
