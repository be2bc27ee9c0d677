-- obs._store_batch: the statement of _store_placed over the batch table, without building an array first
-- Called by: log_batch, when all rows are of one run and clean
-- Reads/Writes: pg_temp.obs_batch, run_event_logs, stage_deltas, price_cards
-- Raises: nothing an event can cause
-- Made from the text of _store_placed, so that there is one statement: only its source differs. The rows come in the order
-- of their ids (_batch_clean sees to it), so nothing has to be joined or sorted;
-- offset 0 has the kind and the cost of a row worked out once, however often they are used.
do $make$
declare
    v_text text := (select p.prosrc from pg_proc p where p.oid = 'obs._store_placed(obs.placed_event[])'::regprocedure);
    v_array constant text := $array$from unnest(p_placed) p
        where p.reason is null
        order by p.event_id
$array$;
    v_batch constant text := $batch$from (
            select
                k.*, p_run_day as run_day,
                obs._final_usd(
                    k.kind, k.cost_usd, k.tenant_id, k.vendor, k.model, k.ts, k.status, k.tokens_input, k.tokens_output, k.extra
                ) as final_usd
            from (select e.*, obs._kind(e.logger, e.event, e.status, e.stage) as kind from pg_temp.obs_batch e offset 0) k
            offset 0
        ) p
$batch$;
begin
    if strpos(v_text, v_array) = 0 then
        raise exception 'the source of _store_placed is not where _store_batch looks for it';
    end if;
    execute 'create or replace function obs._store_batch(p_run_day date, out p_accepted int, out p_lifecycle_ids uuid[]) '
        'language plpgsql volatile set search_path = pg_catalog, pg_temp as '
        || quote_literal(replace(v_text, v_array, v_batch));
end
$make$;
comment on function obs._store_batch(date) is
'Stores the rows of the batch table, all of one run, exactly once with their deltas, in one statement.';
