-- obs._without_evidence: which of these alerts nobody has looked into yet
-- Called by: claim_notifications
-- Reads/Writes: alerts, tenants
-- Raises: nothing
-- A notification of tenant '' may name alerts of several tenants.
create or replace function obs._without_evidence(p_tenant_id text, p_alert_ids bigint[]) returns bigint[]
language sql stable
begin atomic
    select coalesce(array_agg(a.alert_id order by a.alert_id), '{}'::bigint[])
    from (
        select p_tenant_id as tenant_id
        union
        select t.tenant_id from obs.tenants as t
        where p_tenant_id = ''
    ) as t
    inner join obs.alerts as a on t.tenant_id = a.tenant_id
    where a.alert_id = any(p_alert_ids) and a.evidence is null;
end;
comment on function obs._without_evidence(text, bigint[]) is 'Which of these alerts have no evidence yet.';
