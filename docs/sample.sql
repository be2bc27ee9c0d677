-- Two tenants, two nights each: the data that the examples of the reference and the README run on. Made up, and the same
-- every time; loading it twice changes nothing. psql -v ON_ERROR_STOP=1 -1 -q -f docs/sample.sql
select obs.create_tenant('alba', 'Alba', 'Europe/Paris') \g /dev/null
select obs.create_tenant('brisk', 'Brisk', 'America/New_York') \g /dev/null
select obs.set_price('openai', 'input_token', 0.15, 1000000, 'gpt-4o-mini*') \g /dev/null
select obs.set_price('openai', 'output_token', 0.60, 1000000, 'gpt-4o-mini*') \g /dev/null
select obs.set_price('zerobounce', 'call', 0.008) \g /dev/null

with nights (tenant, night, companies, failing, throttled) as (
    values ('alba', 1, 120, 4, 0), ('alba', 2, 118, 6, 15), ('brisk', 1, 90, 5, 0), ('brisk', 2, 92, 36, 0)
), runs as (
    select
        n.*, format('%s-2026-03-0%s', n.tenant, n.night + 1) as run,
        timestamptz '2026-03-01 01:00:00Z' + make_interval(days => n.night) as started
    from nights n
), companies as (
    select
        r.*, c as company, (c * 7919 + r.night * 3571 + length(r.tenant) * 131) % 100 as luck, (c * 613 + r.night * 97) % 100 as noise,
        (c * 7919 + r.night * 3571 + length(r.tenant) * 131) % 100 < r.failing as unreachable
    from runs r, generate_series(1, r.companies) as c
), events (tenant, run, at, logger, event, status, stage, company, ms, code, vendor, model, cost, tokens_in, tokens_out, extra) as (
    select r.tenant, r.run, r.started, 'obs.run', 'run_start', 'running', null::text, null::int, null::int, null::text, null::text,
        null::text, null::numeric, null::int, null::int, jsonb_build_object('kind', 'nightly', 'candidates_pre', r.companies * 3, 'candidates_post', r.companies)
    from runs r
    union all
    select r.tenant, r.run, r.started + s.minute * interval '1 min', 'obs.stage', 'stage_start', 'running', s.stage,
        null, null, null, null, null, null, null, null, jsonb_build_object('planned', r.companies)
    from runs r, (values ('crawl', 1), ('lusha', 20), ('zerobounce', 25), ('score', 30)) as s (stage, minute)
    union all
    select c.tenant, c.run, c.started + interval '1 min' + c.company * interval '9 s', 'obs.stage',
        case when c.unreachable then 'error' else 'finish' end, case when c.unreachable then 'error' else 'success' end,
        'crawl', c.company, case when c.unreachable then 10000 + c.noise else 300 + c.noise * 21 end,
        case when c.unreachable then (array['TIMEOUT', 'DNS_FAILURE', 'HTTP_403'])[1 + c.noise % 3] end,
        null, null, null, null, null, null
    from companies c
    union all
    select c.tenant, c.run, c.started + interval '2 min' + c.company * interval '9 s', 'obs.vendor', 'vendor_call', 'success',
        'crawl', c.company, 800 + c.noise * 7, null, 'tavily', null, null, null, null, null
    from companies c where c.unreachable
    union all
    select c.tenant, c.run, c.started + interval '20 min' + c.company * interval '2 s', x.logger, x.event, 'success', 'lusha', c.company,
        400 + c.noise * 9, null, x.vendor, null, x.cost, null, null, null
    from companies c, (values ('obs.stage', 'finish', null, null), ('obs.vendor', 'vendor_call', 'lusha', 0.05)) as x (logger, event, vendor, cost)
    where c.company % 3 = 0
    union all
    select c.tenant, c.run, c.started + interval '25 min' + c.company * interval '1 s', x.logger, x.event, 'success', 'zerobounce', c.company,
        150 + c.noise * 3, null, x.vendor, null, null, null, null,
        case when x.vendor is null then jsonb_build_object('email_status', (array['valid', 'valid', 'invalid', 'unknown'])[1 + c.noise % 4]) end
    from companies c, (values ('obs.stage', 'finish', null), ('obs.vendor', 'vendor_call', 'zerobounce')) as x (logger, event, vendor)
    where c.company % 2 = 0
    union all
    select c.tenant, c.run, c.started + interval '30 min' + c.company * interval '7 s', 'obs.stage', 'finish', 'success', 'score', c.company,
        (900 + c.noise * 11) * (1 + (c.throttled > 0)::int), null, null, null, null, null, null,
        jsonb_build_object('bucket', (array['High', 'Medium', 'Medium', 'Low', 'Low'])[1 + c.noise % 5])
    from companies c where not c.unreachable
    union all
    select c.tenant, c.run, c.started + interval '30 min' + c.company * interval '7 s' - interval '1 s', 'obs.vendor', 'vendor_call', 'error',
        'score', c.company, 40 + c.noise, 'HTTP_429', 'openai', 'gpt-4o-mini', null, null, null, null
    from companies c where not c.unreachable and c.luck >= 100 - c.throttled
    union all
    select c.tenant, c.run, c.started + interval '30 min' + c.company * interval '7 s', 'obs.vendor', 'vendor_call', 'success',
        'score', c.company, (850 + c.noise * 11) * (1 + (c.throttled > 0)::int), null, 'openai', 'gpt-4o-mini', null,
        2100 + c.noise * 13, 180 + c.noise, null
    from companies c where not c.unreachable
    union all
    select r.tenant, r.run, r.started + interval '46 min', 'obs.run', 'run_finish', null, null, null, null, null, null, null, null, null, null, null
    from runs r
), lines as (
    select jsonb_strip_nulls(jsonb_build_object(
        'ts', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'logger', e.logger, 'tenant_id', e.tenant, 'run_id', e.run,
        'stage', e.stage, 'company_id', e.company, 'event', e.event, 'status', e.status, 'duration_ms', e.ms, 'error_code', e.code,
        'vendor', e.vendor, 'model', e.model, 'cost_usd', e.cost, 'tokens_input', e.tokens_in, 'tokens_output', e.tokens_out,
        'extra', e.extra, 'event_id', md5(concat_ws('|', e.run, e.at, e.logger, e.event, e.status, e.stage, e.company))
    )) as line, e.at
    from events e
)
select accepted, duplicate, quarantined from obs.log_events((select jsonb_agg(l.line order by l.at) from lines l)) \g /dev/null
