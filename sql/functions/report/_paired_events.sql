-- obs._paired_events: a run's events as a manifest lists them beside those that are stored, with a verdict on each
-- Called by: reconcile
-- Reads/Writes: run_event_logs, quarantined_events, event_days, enrichment_runs, settings, price_cards
-- Raises: nothing
-- same, differing, missing, extra (only stored), quarantined, thinned or dropped (gone on purpose, by capture mode or age).
-- A cost that the manifest leaves to the price cards is held against them only with p_check_prices, since that is slow.
create or replace function obs._paired_events(p_run obs.enrichment_runs, p_listed jsonb, p_check_prices boolean)
returns table (event_id uuid, verdict text, reason text, differing text[], listed jsonb, stored jsonb)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    v_capture constant jsonb := obs._setting(p_run.tenant_id, 'capture');
    v_dropped constant boolean := p_run.expired_at is not null or exists (
        select from obs.event_days d where d.run_day = p_run.run_day and d.dropped_at is not null
    );
begin
    return query
    with listed as (
        select distinct on (m.event_id) m.*
        from jsonb_to_recordset(p_listed) as m (
            event_id uuid, kind text, stage text, vendor text, status text, cost_usd numeric, tokens_input bigint,
            tokens_output bigint, kept boolean
        )
        where m.event_id is not null
        order by m.event_id
    ), stored as (
        select e.event_id, e.kind, e.stage, e.vendor, e.model, e.status, e.cost_usd, e.cost_source, e.tokens_input, e.tokens_output,
            e.extra, e.event, e.ts, e.tenant_id
        from obs.run_event_logs e
        where e.tenant_id = p_run.tenant_id and e.run_id = p_run.run_id and e.run_day = p_run.run_day
    ), paired as (
        select
            l as listed,
            s as stored,
            q.reason,
            p_run.thin_done_at is not null and l.kind in ('item', 'call') and l.status = 'success' and l.kept is not true
                and not obs._captured(v_capture, l.stage, l.event_id) as thinnable,
            array_remove(array[
                case when s.kind <> l.kind then 'kind' end,
                case
                    when s.stage is distinct from l.stage and s.stage is distinct from obs._mend_word(p_run.tenant_id, l.stage)
                        then 'stage'
                end,
                case
                    when s.vendor is distinct from l.vendor and s.vendor is distinct from obs._mend_word(p_run.tenant_id, l.vendor)
                        then 'vendor'
                end,
                case
                    when s.status is distinct from l.status and s.status is distinct from obs._mend_word(p_run.tenant_id, l.status)
                        then 'status'
                end,
                case
                    when l.cost_usd is not null then case when s.cost_usd is distinct from l.cost_usd then 'cost_usd' end
                    when s.cost_source = 'reported' then 'cost_usd'
                    when s.cost_source is null and s.cost_usd is not null then 'cost_usd'
                    when p_check_prices and s.cost_source = 'price_card' and s.cost_usd is distinct from obs._price(
                        s.tenant_id, s.vendor, s.model, s.ts, (s.status = 'success')::int, s.tokens_input, s.tokens_output,
                        obs._extra_tokens(s.extra, 'tokens_cached'),
                        obs._extra_tokens(s.extra, 'tokens_reasoning')
                    ) then 'cost_usd'
                end,
                case when s.tokens_input is distinct from l.tokens_input then 'tokens_input' end,
                case when s.tokens_output is distinct from l.tokens_output then 'tokens_output' end
            ], null) as differing
        from listed l
        full join stored s on s.event_id = l.event_id
        left join obs.quarantined_events q
            on q.tenant_id = p_run.tenant_id and q.run_id = p_run.run_id and q.event_id = l.event_id
    ), judged as (
        select
            p.*,
            case
                when (p.listed).event_id is null then 'extra'
                when (p.stored).event_id is null then case
                    when v_dropped then 'dropped'
                    when p.thinnable then 'thinned'
                    when p.reason is not null then 'quarantined'
                    else 'missing'
                end
                when p.differing <> '{}' then 'differing'
                else 'same'
            end as verdict
        from paired p
    )
    select
        coalesce((j.listed).event_id, (j.stored).event_id),
        j.verdict,
        j.reason,
        j.differing,
        case when j.verdict in ('missing', 'quarantined', 'differing') then to_jsonb(j.listed) end,
        case
            when j.verdict in ('extra', 'differing') then jsonb_build_object(
                'kind', (j.stored).kind, 'stage', (j.stored).stage, 'vendor', (j.stored).vendor, 'status', (j.stored).status,
                'cost_usd', (j.stored).cost_usd, 'tokens_input', (j.stored).tokens_input,
                'tokens_output', (j.stored).tokens_output, 'event', (j.stored).event, 'ts', (j.stored).ts
            )
        end
    from judged j;
end
$$;
comment on function obs._paired_events(obs.enrichment_runs, jsonb, boolean) is
'A run''s events as a manifest lists them beside those that are stored, with a verdict on each.';
