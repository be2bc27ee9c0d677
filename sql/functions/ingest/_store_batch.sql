-- obs._store_batch: the statement of _store_placed over the batch table, without building an array first
-- Called by: log_batch, when all rows are of one run and clean
-- Reads/Writes: pg_temp.obs_batch, run_event_logs, stage_deltas, price_cards
-- Raises: nothing an event can cause
-- Made from the text of _store_placed, so that there is one statement: only its source differs. The rows come in the order
-- of their ids (_batch_clean sees to it), so nothing has to be joined or sorted.
do $make$
declare
    v_text text := (select p.prosrc from pg_proc p where p.oid = 'obs._store_placed(obs.placed_event[])'::regprocedure);
    v_array constant text := $array$from unnest(p_placed) p
        where p.reason is null
        order by p.event_id
$array$;
    v_batch constant text := $batch$from (
            select
                e.*, p_run_day as run_day, k.kind,
                obs._final_usd(
                    k.kind, e.cost_usd, e.tenant_id, e.vendor, e.model, e.ts, e.status, e.tokens_input, e.tokens_output, e.extra
                ) as final_usd
            from pg_temp.obs_batch e
            cross join lateral (select obs._kind(e.logger, e.event, e.status, e.stage) as kind) k
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
