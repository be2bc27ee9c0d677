-- obs._error_class: what kind of trouble an error code tells of
-- Called by: the checks
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._error_class(p_error_code text) returns text
language sql immutable parallel safe
return case
    when p_error_code ~ 'ROBOT|^HTTP_(403|429|451|999)$' then 'robots'
    when p_error_code ~ 'DNS|GAIERROR|NXDOMAIN|SERVFAIL|NAME_RESOLUTION|ENOTFOUND|EAI_' then 'DNS'
    when p_error_code ~ 'TLS|SSL|CERT' then 'TLS'
    when p_error_code ~ '^HTTP_(401|407)$|AUTH|PASSWORD|CREDENTIAL' then 'credentials'
    when p_error_code ~ '^HTTP_' then 'HTTP'
    when p_error_code ~ 'LOCK|DEADLOCK|QUERY_CANCEL|^(55P03|40P01|57014)$' then 'locks'
    when p_error_code ~ 'INSUFFICIENT_PRIVILEGE|^42501$' then 'privileges'
    when p_error_code ~ 'UNDEFINED_|DATATYPE_MISMATCH|^42(P01|703|883|804)$' then 'schema drift'
    when p_error_code ~ '_VIOLATION$|INTEGRITY_ERROR|^23' then 'constraints'
    when p_error_code ~ 'DISK_FULL|OUT_OF_MEMORY|^53' then 'space'
    when p_error_code ~ 'OBJECT_NOT_IN_PREREQUISITE_STATE|^55000$' then 'view not ready'
    when p_error_code ~ 'TIMEOUT|TIMED_OUT' then 'timeouts'
    when p_error_code ~ 'CONNECT|REFUSED|RESET|UNREACHABLE|OPERATIONAL_ERROR|SHUTDOWN|^08|^57P' then 'connections'
    else 'other'
end;
comment on function obs._error_class(text) is
'What kind of trouble an error code tells of: robots, DNS, TLS, HTTP, connections, locks, constraints, ….';
