-- obs.create_tenant: makes a tenant, or completes one that the ingest made
-- Called by: administrators
-- Reads/Writes: tenants, tenant_peppers, audit_log
-- Raises: 22023 for a bad id or time zone
create or replace function obs.create_tenant(
    p_tenant_id text,
    p_display_name text default null,
    p_time_zone text default null
) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if not coalesce(p_tenant_id !~* '@|%40' and obs._id_valid(p_tenant_id), false) then
        raise exception 'tenant id must have 1 to 128 printable characters and no e-mail address or secret in it; this one has %',
            coalesce(length(p_tenant_id), 0)
            using errcode = '22023';
    end if;
    if p_time_zone is not null and not exists (select from pg_timezone_names z where z.name = p_time_zone) then
        raise exception 'time zone % is not known to this server', quote_literal(left(p_time_zone, 64))
            using errcode = '22023', hint = 'Take a name of pg_timezone_names, for example Europe/Paris.';
    end if;
    perform obs._ensure_tenant(p_tenant_id, false);
    update obs.tenants t
    set display_name = coalesce(obs._redact_text(p_tenant_id, p_display_name), t.display_name), time_zone = coalesce(p_time_zone, t.time_zone), is_new = false
    where t.tenant_id = p_tenant_id;
    perform obs._audit(p_tenant_id, 'create_tenant');
    return p_tenant_id;
end
$$;
comment on function obs.create_tenant(text, text, text) is
'Makes a tenant with its own pepper, or names one that the ingest made; calling it again changes only what is given.
A new one''s time zone is UTC.';
