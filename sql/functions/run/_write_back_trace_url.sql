-- obs._write_back_trace_url: writes a run's trace URL into the host's row
-- Called by: _tell_trace_url
-- Reads/Writes: the host's table
-- Raises: nothing
-- Owned by obs_host, which may do nothing in obs: triggers and policies of the host's table run with these rights.
-- A deferred trigger would run at the commit with the rights of whoever commits, so a table with one gets no URL.
-- What these raise, a run need not fail for.
-- No loop: the host's trigger then finds the same URL in obs and changes nothing.
grant usage, create on schema obs to obs_host;
set role obs_host;

create or replace function obs._write_back_trace_url(
    p_relation text, p_run_id_type text, p_tenant_id text, p_run_id text, p_url text
) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '100ms'
as $$
declare
    v_table regclass := to_regclass(p_relation);
    -- char(n) loses its length here, and char alone is one character: such keys are compared as text.
    v_type regtype := coalesce(nullif(to_regtype(p_run_id_type), 'bpchar'::regtype), 'text'::regtype);
begin
    if v_table is null then
        return;
    end if;
    execute format(
        'update %s set langsmith_trace_url = $1 where run_id = $2::%s and tenant_id::text = $3 '
        'and langsmith_trace_url is distinct from $1', v_table, v_type
    ) using p_url, p_run_id, p_tenant_id;
    -- Looked at behind the update, whose lock keeps new triggers off.
    if exists (
        with recursive part (oid) as (
            select v_table::oid
            union
            select i.inhrelid from pg_inherits i join part p on i.inhparent = p.oid
        )
        select from pg_trigger t join part p on t.tgrelid = p.oid where t.tgdeferrable and not t.tgisinternal
    ) then
        raise exception 'deferrable' using errcode = 'OB006';
    end if;
exception
    when sqlstate 'OB006' then
        raise warning 'obs writes no trace URL into %, which has deferrable triggers', v_table;
    when others or assert_failure or query_canceled then
        raise warning 'obs cannot write the trace URL into %: SQLSTATE %', v_table, sqlstate;
end
$$;
comment on function obs._write_back_trace_url(text, text, text, text, text) is
'Writes a run''s trace URL into the host''s row, as obs_host.';
revoke all on function obs._write_back_trace_url(text, text, text, text, text) from public;
grant execute on function obs._write_back_trace_url(text, text, text, text, text) to obs_owner;

set role obs_owner;
revoke usage, create on schema obs from obs_host;
