-- obs.log_event: stores one event of a run
-- Called by: pipelines
-- Reads/Writes: through _enter, everything
-- Raises: OB004 ambiguous run id; an unknown run is no error: its events wait in quarantine until it starts
create or replace function obs.log_event(
    p_run_id text,
    p_stage text,
    p_event text,
    p_status text default null,
    p_company_id text default null,
    p_duration_ms numeric default null,
    p_error_code text default null,
    p_error_msg text default null,
    p_vendor text default null,
    p_model text default null,
    p_cost_usd numeric default null,
    p_tokens_input bigint default null,
    p_tokens_output bigint default null,
    p_trace_id text default null,
    p_extra jsonb default null,
    p_level text default null,
    p_logger text default null,
    p_event_id uuid default null,
    p_ts timestamptz default null,
    p_tenant_id text default null
) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_event obs.event;
    v_allowed text[] := obs._writable_tenants();
    v_answer record;
begin
    v_event.ord := 1;
    v_event.ts := coalesce(p_ts, obs.now());
    v_event.tenant_id := coalesce(
        p_tenant_id, obs._find_tenant(p_run_id, null, v_allowed), case when cardinality(v_allowed) = 1 then v_allowed[1] end
    );
    v_event.level := coalesce(p_level, case p_event when 'error' then 'ERROR' when 'retry' then 'WARNING' else 'INFO' end);
    v_event.logger := coalesce(p_logger, case
        when p_event in ('run_start', 'run_finish', 'metric', 'heartbeat') then 'obs.run'
        when p_event = 'vendor_call' then 'obs.vendor'
        when p_stage is null then 'obs.run'
        else 'obs.stage'
    end);
    v_event.run_id := p_run_id;
    v_event.stage := p_stage;
    v_event.company_id := p_company_id;
    v_event.event := p_event;
    v_event.status := p_status;
    v_event.duration_ms := obs._whole(p_duration_ms);
    v_event.error_code := p_error_code;
    v_event.error_msg := p_error_msg;
    v_event.vendor := p_vendor;
    v_event.model := p_model;
    v_event.cost_usd := p_cost_usd;
    v_event.tokens_input := p_tokens_input;
    v_event.tokens_output := p_tokens_output;
    v_event.trace_id := p_trace_id;
    v_event.event_id := coalesce(p_event_id, gen_random_uuid());
    v_event.extra := p_extra;
    select d.* into v_answer from obs._enter(array[v_event], v_allowed) d;
    return case
        when v_answer.accepted > 0 then 'accepted' when v_answer.duplicate > 0 then 'duplicate' else 'quarantined'
    end;
end
$$;
comment on function obs.log_event(
    text, text, text, text, text, numeric, text, text, text, text, numeric, bigint, bigint, text, jsonb, text, text, uuid,
    timestamptz, text
) is
'Stores one event and answers accepted, duplicate or quarantined. The tenant is the run''s; a given p_tenant_id '
'must agree with it.
The same p_event_id counts once. Event finish with status success, or error with error, is an item of the stage; vendor_call a call.';
