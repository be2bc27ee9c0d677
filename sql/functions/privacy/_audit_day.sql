-- obs._audit_day: audits the next piece of the oldest closed event day that no audit has looked at yet
-- Called by: maintain_step
-- Reads/Writes: event_days, the day's partition, audit_pieces, privacy_audits, and all that _tell_audit writes
-- Raises: nothing
-- A day is closed two days after it began: runs of it are over, or late. A piece is p_blocks blocks of the partition, some
-- hundred events, or fewer where long texts stand beside them: writers on the same processors wait for none longer than that.
-- The last piece makes the report. Returns the rows read, at least 1; 0: no day is left. What another transaction moves to a
-- block already read, as compaction does, had been read there or was stored by the door meanwhile.
create or replace function obs._audit_day(p_blocks int default 16) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_started timestamptz := clock_timestamp();
    v_day date;
    v_relation regclass;
    v_from bigint;
    v_blocks bigint;
    v_scan jsonb;
begin
    select d.run_day, to_regclass(format('obs.run_event_logs_%s', to_char(d.run_day, 'YYYYMMDD')))
    into v_day, v_relation
    from obs.event_days d
    where d.dropped_at is null and d.run_day < (obs.now() at time zone 'UTC')::date - 1
      and d.run_day not in (select t from obs._days_to_drop() t)
      and not exists (select from obs.privacy_audits a where a.tenant_id is null and a.run_day = d.run_day and a.started_at >= d.created_at)
    order by d.run_day
    limit 1;
    delete from obs.audit_pieces p where p.run_day is distinct from v_day;
    if v_day is null then
        return 0;
    end if;
    -- By the key: a large day has tens of thousands of pieces.
    v_from := coalesce((select p.next_block from obs.audit_pieces p where p.run_day = v_day order by p.first_block desc limit 1), 0);
    v_started := coalesce(
        (select p.started_at from obs.audit_pieces p where p.run_day = v_day order by p.first_block limit 1), v_started
    );
    v_blocks := coalesce((
        select greatest(p_blocks * h.heap / nullif(h.heap + h.long_texts, 0), 1)
        from (
            select pg_relation_size(c.oid) as heap, coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0) as long_texts
            from pg_class c
            where c.oid = v_relation
        ) h
    ), p_blocks);
    v_scan := coalesce(
        case when v_relation is not null then obs._scan_relation(v_relation, null, v_from, v_from + v_blocks) end, '{}'
    );
    insert into obs.audit_pieces (run_day, first_block, next_block, started_at, scan)
    values (v_day, v_from, v_from + v_blocks, v_started, v_scan);
    if v_from + v_blocks >= coalesce(pg_relation_size(v_relation) / current_setting('block_size')::int, 0) then
        if obs._record_audit(
            null, v_day, null, v_started, (select jsonb_agg(p.scan order by p.first_block) from obs.audit_pieces p), '{}', '[]'
        ) ->> 'verdict' = 'dirty' then
            perform obs._tell_audit(null);
        end if;
        delete from obs.audit_pieces;
    end if;
    return greatest((select sum((s.value ->> 0)::bigint) from jsonb_each(v_scan -> 'sizes') s), 1);
end
$$;
comment on function obs._audit_day(int) is
'Audits the next p_blocks blocks of the oldest closed event day that no audit has looked at yet; returns the rows read, 0 when'
' no day is left.';
