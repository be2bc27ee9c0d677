-- Nights of two tenants up to today, and a run that is under way: what the dashboards are shown on. Made up; the same for the
-- same day and number of nights. psql -v ON_ERROR_STOP=1 -1 -q -v nights=30 -f tools/dashboard_demo.sql
select obs.create_tenant('alba', 'Alba', 'Europe/Paris') \g /dev/null
select obs.create_tenant('brisk', 'Brisk', 'America/New_York') \g /dev/null
select obs.set_price('openai', 'input_token', 0.15, 1000000, 'gpt-4o-mini*') \g /dev/null
select obs.set_price('openai', 'output_token', 0.60, 1000000, 'gpt-4o-mini*') \g /dev/null
select obs.set_price('zerobounce', 'call', 0.008) \g /dev/null

create temporary table demo_runs on commit drop as
select
    t.tenant, n.night, format('%s-%s', t.tenant, to_char(d.day, 'YYYY-MM-DD')) as run,
    d.day + interval '1 hour' as started, t.companies + (n.night * 7) % 23 as companies, (n.night * 5 + 3) % 9 + t.failing as failing,
    case when n.night % 6 = 2 then 15 else 0 end as throttled, n.night = 0 as running
from (values ('alba', 230, 3), ('brisk', 205, 6)) as t (tenant, companies, failing)
cross join generate_series(0, :nights) as n (night)
cross join lateral (
    select case when n.night = 0 then now() - interval '63 minutes' else date_trunc('day', now()) - make_interval(days => n.night) end as day
) as d;

create temporary table demo_companies on commit drop as
select
    r.*, c as company, (c * 613 + r.night * 97) % 100 as noise,
    (c * 7919 + r.night * 3571 + length(r.tenant) * 131) % 100 as luck,
    (c * 7919 + r.night * 3571 + length(r.tenant) * 131) % 100 < r.failing as unreachable
from demo_runs r, generate_series(1, case when r.running then r.companies / 3 else r.companies end) as c;

with events (tenant, run, at, logger, event, status, stage, company, ms, code, vendor, model, cost, tokens_in, tokens_out, extra) as (
    select r.tenant, r.run, r.started, 'obs.run', 'run_start', 'running', null::text, null::int, null::int, null::text, null::text,
        null::text, null::numeric, null::int, null::int, jsonb_build_object(
            'kind', 'nightly', 'candidates_pre', r.companies * 3 + r.night, 'candidates_post', r.companies,
            'langsmith_trace_url', format('https://traces.example.com/%s', r.run)
        )
    from demo_runs r
    union all
    select r.tenant, r.run, r.started + s.minute * interval '1 min', 'obs.stage', 'stage_start', 'running', s.stage,
        null, null, null, null, null, null, null, null, jsonb_build_object('planned', r.companies)
    from demo_runs r, (values ('crawl', 1), ('lusha', 20), ('zerobounce', 25), ('score', 30), ('export_odoo', 45)) as s (stage, minute)
    where not r.running or s.stage = 'crawl'
    union all
    select c.tenant, c.run, c.started + interval '1 min' + c.company * interval '5 s', 'obs.stage',
        case when c.unreachable then 'error' else 'finish' end, case when c.unreachable then 'error' else 'success' end,
        'crawl', c.company, case when c.unreachable then 10000 + c.noise else 300 + c.noise * 21 + c.night * 13 end,
        case when c.unreachable then (array['TIMEOUT', 'DNS_FAILURE', 'HTTP_403'])[1 + c.noise % 3] end,
        null, null, null, null, null, null
    from demo_companies c
    union all
    select c.tenant, c.run, c.started + interval '2 min' + c.company * interval '5 s', x.logger, x.event, 'success',
        'tavily', c.company, 800 + c.noise * 7, null, x.vendor, null, null, null, null, null
    from demo_companies c, (values ('obs.stage', 'finish', null), ('obs.vendor', 'vendor_call', 'tavily')) as x (logger, event, vendor)
    where c.unreachable
    union all
    select c.tenant, c.run, c.started + interval '20 min' + c.company * interval '2 s', x.logger, x.event, 'success', 'lusha', c.company,
        400 + c.noise * 9, null, x.vendor, null, x.cost, null, null, null
    from demo_companies c, (values ('obs.stage', 'finish', null, null), ('obs.vendor', 'vendor_call', 'lusha', 0.05)) as x (logger, event, vendor, cost)
    where c.company % 3 = 0 and not c.running
    union all
    select c.tenant, c.run, c.started + interval '24 min' + c.company * interval '1 s', 'obs.vendor', 'vendor_call', 'error', 'lusha', c.company,
        90, 'HTTP_402', 'lusha', null, null, null, null, null
    from demo_companies c where c.company = 3 and c.night % 5 = 1 and not c.running
    union all
    select c.tenant, c.run, c.started + interval '25 min' + c.company * interval '1 s', x.logger, x.event, 'success', 'zerobounce', c.company,
        150 + c.noise * 3, null, x.vendor, null, null, null, null,
        case when x.vendor is null then jsonb_build_object('email_status', (array['valid', 'valid', 'invalid', 'unknown', 'catch-all'])[1 + c.luck % 5]) end
    from demo_companies c, (values ('obs.stage', 'finish', null), ('obs.vendor', 'vendor_call', 'zerobounce')) as x (logger, event, vendor)
    where c.company % 2 = 0 and not c.running
    union all
    select c.tenant, c.run, c.started + interval '30 min' + c.company * interval '4 s', 'obs.stage', 'finish', 'success', 'score', c.company,
        (900 + c.noise * 11) * (1 + (c.throttled > 0)::int), null, null, null, null, null, null, jsonb_build_object(
            'bucket', (array['High', 'Medium', 'Medium', 'Low', 'Low'])[1 + c.noise % 5],
            'rationale_length', 120 + (c.noise * c.noise) / 17 + (c.luck * 3) % 90
        )
    from demo_companies c where not c.unreachable and not c.running
    union all
    select c.tenant, c.run, c.started + interval '30 min' + c.company * interval '4 s' - interval '1 s', 'obs.vendor', 'vendor_call', 'error',
        'score', c.company, 40 + c.noise, 'HTTP_429', 'openai', 'gpt-4o-mini', null, null, null, null
    from demo_companies c where not c.unreachable and c.luck >= 100 - c.throttled and not c.running
    union all
    select c.tenant, c.run, c.started + interval '30 min' + c.company * interval '4 s', 'obs.vendor', 'vendor_call', 'success',
        'score', c.company, (850 + c.noise * 11) * (1 + (c.throttled > 0)::int), null, 'openai', 'gpt-4o-mini', null,
        2100 + c.noise * 13, 180 + c.noise, null
    from demo_companies c where not c.unreachable and not c.running
    union all
    select c.tenant, c.run, c.started + interval '45 min' + c.company * interval '1 s', 'obs.stage', 'finish', 'success', 'export_odoo', c.company,
        60 + c.noise, null, null, null, null, null, null, null
    from demo_companies c where not c.unreachable and c.noise % 5 in (0, 1, 2) and not c.running
    union all
    select r.tenant, r.run, r.started + make_interval(mins => 50 + r.night * 7 % 9), 'obs.run', 'run_finish', null, null, null, null, null, null,
        null, null, null, null, null
    from demo_runs r where not r.running
), timed as (
    -- As said above a run would take 50 minutes and more; it takes 0.3 of that.
    select e.*, r.started + 0.3 * (e.at - r.started) as happened from events e join demo_runs r on r.tenant = e.tenant and r.run = e.run
), lines as (
    select jsonb_strip_nulls(jsonb_build_object(
        'ts', to_char(e.happened at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'logger', e.logger, 'tenant_id', e.tenant, 'run_id', e.run,
        'stage', e.stage, 'company_id', e.company, 'event', e.event, 'status', e.status, 'duration_ms', e.ms, 'error_code', e.code,
        'vendor', e.vendor, 'model', e.model, 'cost_usd', e.cost, 'tokens_input', e.tokens_in, 'tokens_output', e.tokens_out,
        'extra', e.extra, 'event_id', md5(concat_ws('|', e.run, e.at, e.logger, e.event, e.status, e.stage, e.company, e.vendor)),
        'trace_id', case when e.company is not null then md5(e.run || e.company) end
    )) as line, e.happened as at
    from timed e
)
select accepted, duplicate, quarantined from obs.log_events((select jsonb_agg(l.line order by l.at) from lines l)) \g /dev/null

-- Reviewers have judged all but the newest night; one sample in seven failed.
select count(*) from demo_runs r, obs.sample_qa(r.run, r.tenant) where not r.running \g /dev/null
select count(obs.qa_review(s.run_id, s.company_id, case when (s.draw_rank + r.night) % 7 = 0 then 'fail' else 'pass' end, p_tenant_id => s.tenant_id))
from obs.qa_samples s
join demo_runs r on r.tenant = s.tenant_id and r.run = s.run_id
where r.night > 1 or s.draw_rank < 5 \g /dev/null
select obs.tick() \g /dev/null
