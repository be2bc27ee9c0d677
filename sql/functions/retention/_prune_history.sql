-- obs._prune_history: deletes what is past its window of alerts, outbox, snapshots, texts and audits; number of rows
-- Called by: maintain_step
-- Reads/Writes: all that its parts delete
-- Raises: nothing
-- Alerts first: what is kept of the others hangs on them.
create or replace function obs._prune_history(p_limit int default 5000) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_done bigint := obs._prune_alerts(p_limit);
begin
    if v_done < p_limit then
        v_done := v_done + obs._prune_observations((p_limit - v_done)::int);
    end if;
    if v_done < p_limit then
        v_done := v_done + obs._prune_outbox((p_limit - v_done)::int);
    end if;
    if v_done < p_limit then
        v_done := v_done + obs._prune_texts((p_limit - v_done)::int);
    end if;
    if v_done < p_limit then
        v_done := v_done + obs._prune_audits((p_limit - v_done)::int);
    end if;
    return v_done;
end
$$;
comment on function obs._prune_history(int) is
'Deletes what is past its window of alerts, outbox, snapshots, texts and audits, p_limit rows a call; returns how many.';
