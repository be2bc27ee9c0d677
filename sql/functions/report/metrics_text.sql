-- obs.metrics_text: the present state in the text format of OpenMetrics 1.0, for GET /metrics
-- Called by: obs serve, people
-- Reads/Writes: what _metric_samples reads, with the rights of who asks
-- Raises: nothing
-- Labels are tenant, kind, stage and vendor; no run id, so that a night makes no new series.
create or replace function obs.metrics_text() returns text
language sql stable
begin atomic
    select coalesce(string_agg(b.block, '' order by b.place), '') || e'# EOF\n'
    from (
        select
            f.place,
            format(e'# TYPE %s %s\n', f.family, f.type)
            || case f.unit when '' then '' else format(e'# UNIT %s %s\n', f.family, f.unit) end
            || format(e'# HELP %s %s\n', f.family, f.help)
            || string_agg(
                s.family || s.suffix || '{' || concat_ws(',', s.labels, nullif(s.own_label, '')) || '} '
                || trim_scale(s.value) || e'\n',
                '' order by s.labels, s.suffix, s.own_label
            ) as block
        from obs._metric_families() as f
        inner join obs._metric_samples() as s on f.family = s.family
        group by f.place, f.family, f.type, f.unit, f.help
    ) as b;
end;
comment on function obs.metrics_text() is
'The last run a tenant and kind, its stages and vendors, active alerts and jobs, in the text format of OpenMetrics: at most '
'10000 series, of what the caller may see. Content type: application/openmetrics-text; version=1.0.0; charset=utf-8.';
