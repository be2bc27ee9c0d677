-- obs._audit: appends one row to the audit log
-- Called by: the administration functions
-- Reads/Writes: audit_log
-- Raises: nothing
create or replace function obs._audit(p_tenant_id text, p_action text, p_detail jsonb default '{}') returns void
language sql volatile
begin atomic
    insert into obs.audit_log (tenant_id, actor, action, detail)
    values (p_tenant_id, obs._asker(), p_action, p_detail);
end;
comment on function obs._audit(text, text, jsonb) is 'Appends who did what to the audit log.';
