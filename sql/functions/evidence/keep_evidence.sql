-- obs.keep_evidence: keeps with an alert what a forwarder's run of its checks found
-- Called by: forwarders
-- Reads/Writes: alerts
-- Raises: OB010 unknown alert, 22023 when it is no list of checks
-- What is kept first stays, until the alert breaches in another run. A check that the forwarder's timeout ended has no
-- verdict of its own: it is unknown.
create or replace function obs.keep_evidence(p_alert_id bigint, p_evidence jsonb) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_alert obs.alerts := obs._own_alert(p_alert_id);
begin
    if jsonb_typeof(p_evidence) is distinct from 'array' or octet_length(p_evidence::text) > 65536
        or exists (
            select from jsonb_array_elements(p_evidence) e
            where jsonb_typeof(e) <> 'object' or jsonb_typeof(e -> 'check') is distinct from 'string'
               or e ->> 'verdict' is null or e ->> 'verdict' not in ('cause', 'clear', 'unknown')
        )
    then
        raise exception 'evidence is a list of at most 64 kB of what obs.run_check returns' using errcode = '22023';
    end if;
    return obs._freeze_evidence(v_alert, (
        select coalesce(jsonb_agg(e || jsonb_build_object('finding', obs._redact_text(v_alert.tenant_id, e ->> 'finding'))), '[]')
        from jsonb_array_elements(p_evidence) e
    ));
end
$$;
comment on function obs.keep_evidence(bigint, jsonb) is
'Keeps what the checks of an alert found, once; false when something is already kept. Forwarders only.';
