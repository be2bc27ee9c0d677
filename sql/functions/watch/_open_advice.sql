-- obs._open_advice: makes the row of a vendor whose limit is hit for the first time, unless another session is making it
-- Called by: advice
-- Reads/Writes: vendor_advice
-- Raises: nothing
-- Even "on conflict do nothing" waits for a row that another transaction has made and not committed: hence the timeout.
create or replace function obs._open_advice(p_tenant_id text, p_vendor text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set lock_timeout = '20ms'
as $$
begin
    insert into obs.vendor_advice (tenant_id, vendor) values (p_tenant_id, p_vendor) on conflict do nothing;
exception when lock_not_available then
    return;
end
$$;
comment on function obs._open_advice(text, text) is
'Makes the row of a vendor whose limit is hit for the first time, unless another session is making it.';
