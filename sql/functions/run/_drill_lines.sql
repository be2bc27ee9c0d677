-- obs._drill_lines: the log lines of a made-up run that must raise an alert under a tenant's thresholds
-- Called by: _drill_rows
-- Reads/Writes: nothing
-- Raises: nothing
create or replace function obs._drill_lines(p_alert_code text, p_tenant_id text, p_run_id text, p_params jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_threshold constant numeric := coalesce((p_params ->> 'threshold')::numeric, 0);
    v_some constant int := least(greatest(ceil(v_threshold) + 1, 1), 10000)::int;
    v_sample constant int := least(greatest((p_params ->> 'min_sample')::numeric, 1), 10000)::int;
    v_vendor constant text := case p_alert_code when 'OA-04' then 'openai' else 'lusha' end;
    v_stage constant text := case p_alert_code
        when 'MV-01' then 'mv_refresh' when 'CR-02' then 'crawl' when 'OE-06' then 'export_odoo' else 'score' end;
    v_error constant jsonb := jsonb_build_object(
        'logger', 'obs.stage', 'event', 'error', 'status', 'error', 'stage', v_stage, 'error_code', 'DRILL', 'duration_ms', 1
    );
    v_call constant jsonb := jsonb_build_object(
        'logger', 'obs.vendor', 'event', 'vendor_call', 'stage', v_stage, 'vendor', v_vendor, 'duration_ms', 1
    );
    v_lines jsonb;
begin
    v_lines := case p_alert_code
        when 'MV-01' then (select jsonb_agg(v_error) from generate_series(1, v_some))
        when 'CR-02' then (select jsonb_agg(v_error) from generate_series(1, v_sample))
        when 'OE-06' then (select jsonb_agg(v_error) from generate_series(1, v_some))
        when 'VQ-03' then (
            select jsonb_agg(v_call || '{"status": "error", "error_code": "HTTP_429", "cost_usd": 0}') from generate_series(1, v_some)
        )
        when 'OA-04' then (
            select jsonb_agg(v_call || '{"status": "error", "error_code": "HTTP_429", "cost_usd": 0}') from generate_series(1, v_some)
        )
        when 'UP-11' then (
            select jsonb_agg(v_call || '{"status": "success", "vendor": "obs-drill"}') from generate_series(1, v_some)
        )
        when 'C-10' then jsonb_build_array(
            v_call || jsonb_build_object('status', 'success', 'cost_usd', least(v_threshold + 1, 999999999))
        )
        else '[]'
    end;
    return (
        select jsonb_agg(l.line || jsonb_build_object('tenant_id', p_tenant_id, 'run_id', p_run_id) order by l.place)
        from (
            select
                0 as place,
                jsonb_build_object('logger', 'obs.run', 'event', 'run_start', 'extra', jsonb_build_object('kind', 'drill'))
                    || case p_alert_code
                        when 'CC-05' then jsonb_build_object(
                            'extra', jsonb_build_object('kind', 'drill', 'candidates_selected', v_threshold - 1)
                        )
                        else '{}'
                    end as line
            union all
            select 1, x.value from jsonb_array_elements(v_lines) x
            union all
            select 2, jsonb_build_object(
                'logger', 'obs.stage', 'event', 'stage_finish', 'stage', v_stage,
                'extra', case p_alert_code when 'RC-12' then '{"expected_events": 100}'::jsonb else '{}' end
            )
            union all
            select 3, jsonb_build_object('logger', 'obs.run', 'event', 'run_finish', 'status', 'error')
            where p_alert_code <> 'RN-13'
        ) l
    );
end
$$;
comment on function obs._drill_lines(text, text, text, jsonb) is
'The log lines of a made-up run that must raise an alert under a tenant''s thresholds.';
