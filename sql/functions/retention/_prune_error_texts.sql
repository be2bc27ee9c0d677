-- obs._prune_error_texts: deletes shared error texts that no event can refer to any more
-- Called by: _prune_history
-- Reads/Writes: error_texts, event_days
-- Raises: nothing
-- One stays while any day is kept that may refer to it, held ones too.
create or replace function obs._prune_error_texts(p_limit int) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_count bigint;
begin
    delete from obs.error_texts t
    using (
        select x.tenant_id, x.fingerprint
        from obs.error_texts x
        where not exists (
            select from obs.event_days d where d.dropped_at is null and d.run_day between x.first_run_day and x.last_run_day
        )
        limit p_limit
        for update skip locked
    ) x
    where t.tenant_id = x.tenant_id and t.fingerprint = x.fingerprint;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function obs._prune_error_texts(int) is
'Deletes shared error texts that no kept event day can refer to any more; returns how many.';
