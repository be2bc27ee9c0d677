-- obs._drill_rows: what a rule's condition says of a made-up run, of which nothing stays
-- Called by: simulate
-- Reads/Writes: everything that a run writes, in a sub-transaction that is rolled back
-- Raises: whatever the condition raises
-- The run is real while it lasts: it goes through the door, is folded, and is read by the very view that judges real runs.
create or replace function obs._drill_rows(p_rule obs.alert_rules, p_tenant_id text, p_params jsonb)
returns obs.alert_observations[]
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_view constant regclass := p_rule.condition::regclass;
    v_run constant text := 'drill-' || gen_random_uuid();
    v_tenant constant text := case p_rule.alert_code when 'WD-09' then '' else p_tenant_id end;
    v_rows obs.alert_observations[];
begin
    begin
        if p_rule.alert_code = 'WD-09' then
            update obs.jobs j set last_success_at = now() - interval '30 days' where j.job = 'tick';
        else
            perform obs._enter(obs._to_events(obs._drill_lines(p_rule.alert_code, p_tenant_id, v_run, p_params), null), null);
            if p_rule.alert_code = 'RN-13' then
                perform obs._close_run(p_tenant_id, v_run, 'crashed', obs.now());
            elsif p_rule.alert_code = 'QA-07' then
                perform obs._drill_sample(p_tenant_id, v_run, p_params);
            elsif p_rule.alert_code = 'SL-08' then
                perform obs._drill_nights(p_tenant_id, v_run);
            elsif p_rule.alert_code = 'PV-14' then
                update obs.privacy_canaries c set caught = 0, missed = array_fill('email'::text, array[c.planted])
                where c.tenant_id = p_tenant_id and c.run_id = v_run;
            end if;
        end if;
        execute format($query$
            select array_agg(row(
                c.tenant_id, null::bigint, %2$L, case when c.subject = c.run_id then 'drill' else c.subject end, true, $3, c.run_id, null::timestamptz, c.verdict, c.value,
                (c.details ->> 'sample')::numeric, c.threshold, c.severity, c.summary, c.details, 0, null::jsonb
            )::obs.alert_observations order by c.subject)
            from %1$s c
            where c.tenant_id = $1 and (c.run_id = $2 or c.run_id is null) and c.verdict = 'breach'
        $query$, v_view, p_rule.alert_code) into v_rows using v_tenant, v_run, obs.now();
        raise sqlstate 'DRILL' using message = 'the drill is over';
    exception when sqlstate 'DRILL' then
        return v_rows;
    end;
end
$$;
comment on function obs._drill_rows(obs.alert_rules, text, jsonb) is
'What a rule''s condition says of a made-up run, of which nothing stays.';
