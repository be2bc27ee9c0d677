-- obs.run_events_csv: a run's raw events as the lines of a CSV file, for GET /export/run_events.csv and obs export
-- Called by: people, obs export, obs serve
-- Reads/Writes: enrichment_runs, run_event_logs, error_texts, with the rights of who asks
-- Raises: OB002 unknown run, OB004 ambiguous run id, OB024 its events are past their window
-- RFC 4180 without line ends, the head first, then by ts; times in UTC. One SELECT, so that a caller's SELECT or COPY takes it in
-- and streams: nothing is gathered but by the sort of the rows, and lines are made as they leave. Most need no quotes: one
-- look at all texts together, set apart by a control character, decides that; the others are made cell by cell.
create or replace function obs.run_events_csv(p_run_id text, p_tenant_id text default null) returns setof text
language sql stable
begin atomic
    with run as materialized (
        select
            r.tenant_id,
            r.run_day
        from obs._run_with_events(p_run_id, p_tenant_id) as r
    )

    select l.line
    from (
        select
            'ts,level,logger,tenant_id,run_id,stage,company_id,event,status,error_code,error_msg,vendor,model,trace_id,producer,'
            'kind,cost_source,duration_ms,cost_usd,tokens_input,tokens_output,seq,event_id,received_at,extra' as line
        from run -- so that a run that cannot be exported is refused before the head leaves
        union all
        select
            case
                when array_to_string(c.texts, e'\x01', '') !~ e'(^|\x01)[=+\\-@\t\r\n＝＋－＠]|[",\r\n]'
                    then array_to_string(c.texts, ',', '')
                else (
                    select string_agg(obs._csv_cell(t.cell), ',' order by t.place)
                    from unnest(c.texts) with ordinality as t (cell, place)
                )
            end || concat(
                ',', s.duration_ms, ',', s.cost_usd, ',', s.tokens_input, ',', s.tokens_output, ',', s.seq, ',', s.event_id, ',',
                to_char(s.received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ',',
                '"' || replace(s.extra::text, '"', '""') || '"'
            ) as line
        from (
            select e.*
            from obs.run_event_logs as e
            where e.tenant_id = (select r.tenant_id from run as r)
                and e.run_id = p_run_id
                and e.run_day = (select r.run_day from run as r)
            order by e.ts, e.event_id
        ) as s
        cross join lateral (
            select array[
                to_char(s.ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), s.level, s.logger, s.tenant_id, s.run_id,
                s.stage, s.company_id, s.event, s.status, s.error_code,
                case when starts_with(s.error_msg, 'fp:h') then obs.error_text(s.tenant_id, s.error_msg) else s.error_msg end,
                s.vendor, s.model, s.trace_id, s.producer, s.kind, s.cost_source
            ] as texts
            limit 1 -- noqa: AM09, one row: evaluated once, not once for each use
        ) as c
    ) as l;
end;
comment on function obs.run_events_csv(text, text) is
'A run''s raw events as lines of CSV, the head first, in order of ts, times in UTC: RFC 4180, without line ends, cells that a '
'spreadsheet would run as a formula made harmless. Refuses a run whose events are past their window.';
