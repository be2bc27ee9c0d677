-- obs._freeze_evidence: keeps what the checks found with an alert, once
-- Called by: diagnose, keep_evidence
-- Reads/Writes: alerts
-- Raises: nothing
create or replace function obs._freeze_evidence(p_alert obs.alerts, p_evidence jsonb) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
begin
    update obs.alerts a
    set evidence = p_evidence, evidence_at = obs.now()
    where a.tenant_id = p_alert.tenant_id and a.alert_id = p_alert.alert_id and a.evidence is null;
    return found;
end
$$;
comment on function obs._freeze_evidence(obs.alerts, jsonb) is
'Keeps what the checks found with an alert; false when something is already kept.';
