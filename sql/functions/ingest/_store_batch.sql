-- obs._store_batch: the statement of _store_placed over the batch table, without building an array first
-- Called by: log_batch, when every row is clean
-- Reads/Writes: pg_temp.obs_batch, enrichment_runs, event_days, run_event_logs, stage_deltas, price_cards
-- Raises: nothing an event can cause
-- Rows without a run, or of one that takes no more, are left: p_accepted tells. Made from the text of _store_placed,
-- so that there is one statement: only its source differs. Rows that come in the order of their ids cost its sort nothing.
do $make$
declare
    v_text text := (select p.prosrc from pg_proc p where p.oid = 'obs._store_placed(obs.placed_event[])'::regprocedure);
    v_array constant text := $array$from unnest(p_placed) p
        where p.reason is null
$array$;
    v_batch constant text := $batch$from (
            select
                e.*, r.run_day, k.kind,
                obs._final_usd(
                    k.kind, e.cost_usd, e.tenant_id, e.vendor, e.model, e.ts, e.status, e.tokens_input, e.tokens_output, e.extra
                ) as final_usd
            from pg_temp.obs_batch e
            join obs.enrichment_runs r
                on r.tenant_id = e.tenant_id and r.run_id = e.run_id and r.thinned_at is null
                and (p_allowed is null or r.tenant_id = any(p_allowed))
            join obs.event_days d on d.run_day = r.run_day and d.dropped_at is null
            cross join lateral (select obs._kind(e.logger, e.event, e.status, e.stage) as kind) k
        ) p
$batch$;
begin
    if strpos(v_text, v_array) = 0 then
        raise exception 'the source of _store_placed is not where _store_batch looks for it';
    end if;
    execute 'create or replace function obs._store_batch(p_allowed text[], out p_accepted int, out p_lifecycle_ids uuid[]) '
        'language plpgsql volatile set search_path = pg_catalog, pg_temp as '
        || quote_literal(replace(v_text, v_array, v_batch));
end
$make$;
comment on function obs._store_batch(text[]) is
'Stores those rows of the batch table exactly once that belong to a run which takes them, with '
'their deltas, in one statement.';
