-- obs._prune_history: deletes what is past its window of alerts, outbox, snapshots, texts and audits; number of rows
-- Called by: maintain_step
-- Reads/Writes: all that its parts delete
-- Raises: nothing
-- Alerts first: what is kept of the others hangs on them.
create or replace function obs._prune_history(p_limit int default 5000) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_part text;
    v_left int := p_limit;
begin
    foreach v_part in array array['alerts', 'observations', 'outbox', 'forwarders', 'snapshots', 'error_texts', 'audits'] loop
        v_left := v_left - case v_part
            when 'alerts' then obs._prune_alerts(v_left)
            when 'observations' then obs._prune_observations(v_left)
            when 'outbox' then obs._prune_outbox(v_left)
            when 'forwarders' then obs._prune_forwarders(v_left)
            when 'snapshots' then obs._prune_snapshots(v_left)
            when 'error_texts' then obs._prune_error_texts(v_left)
            when 'audits' then obs._prune_audits(v_left)
        end;
        exit when v_left <= 0;
    end loop;
    return p_limit - v_left;
end
$$;
comment on function obs._prune_history(int) is
'Deletes what is past its window of alerts, outbox, snapshots, texts and audits, p_limit rows a call; returns how many.';
