-- obs._mend: an event as it may be stored; what was changed is named in extra.obs_warnings
-- Called by: _enter, for events that are not clean
-- Reads/Writes: tenant_peppers, extra_keys, settings, forgotten_emails
-- Raises: nothing: what only needs mending is never refused
create or replace function obs._mend(p_event obs.event) returns obs.event
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_event obs.event := p_event;
    v_words text[] := array[]::text[];
begin
    if v_event.ts is null then
        v_event.ts := obs.now();
    elsif not v_event.ts between '2000-01-01Z' and obs.now() + interval '1 day' then
        v_event.ts := obs.now();
        v_words := v_words || 'ts_absurd'::text;
    end if;
    v_event.event_id := coalesce(v_event.event_id, gen_random_uuid());
    if p_event.model is null and jsonb_typeof(p_event.extra) = 'object' and p_event.extra ->> 'model' <> '' then
        v_event.model := p_event.extra ->> 'model';
        v_event.extra := nullif(p_event.extra - 'model', '{}');
    end if;
    if v_event.duration_ms < 0 or v_event.duration_ms > 2147483647 then
        v_event.duration_ms := least(greatest(v_event.duration_ms, 0), 2147483647);
        v_words := v_words || 'duration_clipped'::text;
    end if;
    if not (v_event.cost_usd >= 0 and v_event.cost_usd < 1000000000) then
        v_event.cost_usd := null;
        v_words := v_words || 'cost_dropped'::text;
    end if;
    if not v_event.tokens_input between 0 and 1000000000000 or not v_event.tokens_output between 0 and 1000000000000 then
        v_event.tokens_input := case when v_event.tokens_input between 0 and 1000000000000 then v_event.tokens_input end;
        v_event.tokens_output := case when v_event.tokens_output between 0 and 1000000000000 then v_event.tokens_output end;
        v_words := v_words || 'tokens_dropped'::text;
    end if;
    if obs._words_clean(
        p_event.stage, p_event.company_id, p_event.event, p_event.status, p_event.vendor, v_event.model, p_event.error_code,
        p_event.level, p_event.trace_id, p_event.producer
    ) is not true or p_event.event is null then
        v_event.stage := obs._mend_word(p_event.tenant_id, p_event.stage);
        v_event.company_id := obs._mend_word(p_event.tenant_id, p_event.company_id);
        v_event.event := coalesce(obs._mend_word(p_event.tenant_id, p_event.event), 'unnamed');
        v_event.status := obs._mend_word(p_event.tenant_id, p_event.status);
        v_event.error_code := obs._mend_word(p_event.tenant_id, p_event.error_code);
        v_event.vendor := obs._mend_word(p_event.tenant_id, p_event.vendor);
        v_event.model := obs._mend_word(p_event.tenant_id, v_event.model);
        v_event.trace_id := obs._mend_word(p_event.tenant_id, p_event.trace_id);
        v_event.level := obs._mend_word(p_event.tenant_id, p_event.level);
        v_event.producer := obs._mend_word(p_event.tenant_id, p_event.producer);
        if (v_event.stage, v_event.company_id, v_event.event, v_event.status, v_event.error_code, v_event.vendor, v_event.model,
            v_event.trace_id)
            is distinct from (p_event.stage, p_event.company_id, p_event.event, p_event.status, p_event.error_code, p_event.vendor,
            coalesce(p_event.model, case when v_event.model is not null then p_event.extra ->> 'model' end), p_event.trace_id)
        then
            v_words := v_words || 'word_mended'::text;
        end if;
    end if;
    if v_event.logger is null or v_event.logger not in ('obs.run', 'obs.stage', 'obs.vendor', 'obs.qa') then
        v_event.logger := case
            when v_event.event in ('run_start', 'run_finish', 'metric', 'heartbeat') then 'obs.run'
            when v_event.event = 'vendor_call' then 'obs.vendor'
            when p_event.logger is not null then left(obs._mend_word(p_event.tenant_id, p_event.logger), 64)
            when v_event.stage is not null then 'obs.stage'
            else 'obs.run'
        end;
    end if;
    if v_event.status is null and v_event.event in ('finish', 'error') then
        v_event.status := case v_event.event when 'finish' then 'success' else 'error' end;
    end if;
    if v_event.event in ('finish', 'error') and v_event.logger = 'obs.stage' and v_event.stage is not null
        and (v_event.event, v_event.status) not in (('finish', 'success'), ('error', 'error'))
    then
        v_words := v_words || 'status_counts_nowhere'::text;
    end if;
    if v_event.event = 'vendor_call' and v_event.vendor is null then
        v_event.vendor := 'unknown';
        v_words := v_words || 'vendor_missing'::text;
    end if;
    v_event.error_msg := obs._redact_text(p_event.tenant_id, p_event.error_msg);
    if jsonb_typeof(v_event.extra) = 'null' then
        v_event.extra := null;
    elsif not obs._extra_clean(v_event.extra) then
        v_event.extra := obs._redact_extra(p_event.tenant_id, case jsonb_typeof(v_event.extra)
            when 'object' then v_event.extra else jsonb_build_object('value', v_event.extra)
        end);
    end if;
    v_event.extra := obs._warn(v_event.extra, v_words);
    return v_event;
end
$$;
comment on function obs._mend(obs.event) is
'An event as it may be stored: values clipped, words shortened, personal data hashed or masked, each change named.';
