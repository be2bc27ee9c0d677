-- obs.log_events: stores a batch of events given as JSON objects with the log format's field names
-- Called by: pipelines, client (what COPY cannot carry), obs import
-- Reads/Writes: through _enter, everything
-- Raises: 22023 when the argument is neither an array nor an object; a bad element never fails the others
create or replace function obs.log_events(
    p_events jsonb,
    p_tenant_id text default null,
    out accepted int,
    out duplicate int,
    out quarantined int,
    out details jsonb
)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_events obs.event[];
begin
    if jsonb_typeof(p_events) is distinct from 'array' and jsonb_typeof(p_events) is distinct from 'object' then
        raise exception 'log_events takes a JSON array of objects, not %', coalesce('a ' || jsonb_typeof(p_events), 'NULL')
            using errcode = '22023';
    end if;
    v_events := obs._to_events(
        case jsonb_typeof(p_events) when 'object' then jsonb_build_array(p_events) else p_events end, p_tenant_id
    );
    select e.accepted, e.duplicate, e.quarantined, e.details
    into accepted, duplicate, quarantined, details
    from obs._enter(coalesce(v_events, '{}'), obs._writable_tenants()) e;
end
$$;
comment on function obs.log_events(jsonb, text) is
'Stores an array of JSON objects with the log format''s field names; returns how many were accepted, duplicate and '
'quarantined, with
place and reason of the first 100 quarantined. p_tenant_id fills in for objects without a tenant_id.';
