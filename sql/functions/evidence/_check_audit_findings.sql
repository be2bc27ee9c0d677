-- obs._check_audit_findings: in which tables and columns audits found raw data of a tenant
-- Called by: run_check
-- Reads/Writes: privacy_audits
-- Raises: nothing
create or replace function obs._check_audit_findings(p_alert obs.alerts) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_audits int;
    v_places text;
begin
    select count(distinct a.audit_id), string_agg(distinct format('%s.%s', f.value ->> 'table', f.value ->> 'column'), ', ')
    into v_audits, v_places
    from obs._standing_audits(p_alert.tenant_id) a
    left join lateral jsonb_array_elements(a.report -> 'findings') f on true;
    if v_audits = 0 then
        return obs._finding('unknown', 'no audit was made yet', 'make one', 'select obs.privacy_audit();');
    elsif v_places is null then
        return obs._finding('clear', 'the last audit found nothing');
    end if;
    return obs._finding('cause', 'raw data stands in ' || left(v_places, 300), 'take it away, then audit again',
        'select obs.privacy_audit();');
end
$$;
comment on function obs._check_audit_findings(obs.alerts) is 'In which tables and columns audits found raw data of a tenant.';
