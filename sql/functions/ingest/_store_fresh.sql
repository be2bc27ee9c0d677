-- obs._store_fresh: stores the batch table's rows, all of one run, when none of them was stored before
-- Called by: log_batch
-- Reads/Writes: pg_temp.obs_batch, run_event_logs, stage_deltas, price_cards
-- Raises: 23505 for a row that is there already: log_batch takes everything back and asks _store_batch
-- Made from the text of _store_batch. Nothing looks for a first copy or hands on what was stored, so the rows go in and are
-- added up straight from the batch table. They go in by ascending ids, as in every other way in: who waits for another's
-- uncommitted id holds only lower ones, so two senders cannot wait for each other.
do $make$
declare
    v_text constant text := (select p.prosrc from pg_proc p where p.oid = 'obs._store_batch(date)'::regprocedure);
    -- The columns of an event, what they are selected from, what is handed on of each, how that is added up.
    v_parts constant text[] := regexp_match(
        v_text,
        'insert into obs\.run_event_logs \((.*?)\)\s+select\s+(.*?)\s+on conflict do nothing\s+returning (.*?)\s+\), deltas as \('
        '\s+(insert into obs\.stage_deltas .*?)\s+from stored s\s+(where .*?)\n    \)\n    select count'
    );
begin
    if v_parts is null then
        raise exception 'the text of _store_batch is not what _store_fresh looks for';
    end if;
    execute 'create or replace function obs._store_fresh(p_run_day date, out p_lifecycle_ids uuid[]) '
        'language plpgsql volatile set search_path = pg_catalog, pg_temp as '
        || quote_literal(format(
            'declare
    v_now constant timestamptz := clock_timestamp();
begin
    insert into obs.run_event_logs (%1$s)
    select %2$s;
    %4$s
    from (select %3$s from (select %2$s) e (%1$s)) s
    %5$s;
    p_lifecycle_ids := (
        select array_agg(b.event_id) from pg_temp.obs_batch b
        where obs._kind(b.logger, b.event, b.status, b.stage) = ''lifecycle''
    );
end',
            v_parts[1], v_parts[2], v_parts[3], v_parts[4], v_parts[5]
        ));
end
$make$;
comment on function obs._store_fresh(date) is
'Stores the rows of the batch table, all of one run and none stored before, with their deltas.';
