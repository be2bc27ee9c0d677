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
    v_allowed constant text[] := obs._writable_tenants();
    v_ts constant timestamptz := coalesce(p_ts, obs.now());
    v_tenant text := p_tenant_id;
    v_level constant text := coalesce(
        p_level, case p_event when 'error' then 'ERROR' when 'retry' then 'WARNING' else 'INFO' end
    );
    v_logger constant text := coalesce(p_logger, case
        when p_event in ('run_start', 'run_finish', 'metric', 'heartbeat') then 'obs.run'
        when p_event = 'vendor_call' then 'obs.vendor'
        when p_stage is null then 'obs.run'
        else 'obs.stage'
    end);
    v_kind constant text := obs._kind(v_logger, p_event, p_status, p_stage);
    v_duration_ms constant bigint := obs._whole(p_duration_ms);
    v_event_id constant uuid := coalesce(p_event_id, gen_random_uuid());
    v_usd numeric := p_cost_usd;
    v_clean boolean;
    v_stored boolean;
    v_event obs.event;
    v_answer record;
begin
    -- What _event_clean would pass. Parts that most events do without stand apart: what a statement might evaluate has to be
    -- set up in every transaction.
    v_clean := v_kind <> 'lifecycle'
        and obs._values_clean(
            v_ts, v_logger, p_event, p_status, p_stage, p_vendor, v_duration_ms, p_cost_usd, p_tokens_input, p_tokens_output
        )
        and obs._words_clean(
            p_stage, p_company_id, p_event, p_status, p_vendor, p_model, p_error_code, v_level, p_trace_id, null
        );
    if p_error_msg is not null then
        v_clean := v_clean and obs._text_clean(p_error_msg);
    end if;
    if p_extra is not null then
        v_clean := v_clean and (p_model is not null or not p_extra ? 'model') and obs._extra_clean(p_extra);
    end if;
    if v_clean then
        if v_kind = 'call' and p_cost_usd is null then
            -- The price is the tenant's: no run of another, or of one not known by now, is stored with it.
            v_tenant := coalesce(p_tenant_id, obs._find_tenant(p_run_id, null, v_allowed), '');
            v_usd := obs._final_usd(
                v_kind, null, v_tenant, p_vendor, p_model, v_ts, p_status, p_tokens_input, p_tokens_output, p_extra
            );
        end if;
        if p_event_id is null then
            v_stored := obs._store_new(
                v_allowed, v_tenant, v_kind, v_usd, v_event_id, v_ts, v_level, v_logger, p_run_id, p_stage, p_company_id, p_event,
                p_status, v_duration_ms::int, p_error_code, p_error_msg, p_vendor, p_model, p_cost_usd, p_tokens_input,
                p_tokens_output, p_trace_id, p_extra
            );
        else
            v_stored := obs._store_one(
                v_allowed, v_tenant, v_kind, v_usd, v_event_id, v_ts, v_level, v_logger, p_run_id, p_stage, p_company_id, p_event,
                p_status, v_duration_ms::int, p_error_code, p_error_msg, p_vendor, p_model, p_cost_usd, p_tokens_input,
                p_tokens_output, p_trace_id, p_extra
            );
        end if;
        if v_stored then
            return 'accepted';
        end if;
    end if;
    v_event.ord := 1;
    v_event.ts := v_ts;
    v_event.tenant_id := coalesce(
        p_tenant_id, obs._find_tenant(p_run_id, null, v_allowed), case when cardinality(v_allowed) = 1 then v_allowed[1] end
    );
    v_event.level := v_level;
    v_event.logger := v_logger;
    v_event.run_id := p_run_id;
    v_event.stage := p_stage;
    v_event.company_id := p_company_id;
    v_event.event := p_event;
    v_event.status := p_status;
    v_event.duration_ms := v_duration_ms;
    v_event.error_code := p_error_code;
    v_event.error_msg := p_error_msg;
    v_event.vendor := p_vendor;
    v_event.model := p_model;
    v_event.cost_usd := p_cost_usd;
    v_event.tokens_input := p_tokens_input;
    v_event.tokens_output := p_tokens_output;
    v_event.trace_id := p_trace_id;
    v_event.event_id := v_event_id;
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
