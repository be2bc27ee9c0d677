-- obs._check_end_status: refuses a status that is no end of a run or stage
-- Called by: finish_stage, finish_run
-- Reads/Writes: nothing
-- Raises: 22023
create or replace function obs._check_end_status(p_status text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
    if p_status not in ('success', 'partial', 'error', 'cancelled', 'crashed') then
        raise exception 'status % is none of success, partial, error, cancelled, crashed', quote_literal(left(p_status, 64))
            using errcode = '22023';
    end if;
end
$$;
comment on function obs._check_end_status(text) is 'Refuses a status that is no end of a run or stage; NULL passes.';
