-- obs.dash_rationale_lengths: the histogram of rationale lengths, one row a run and step of 50 characters
-- Read from what _put_rationale_lengths stored when the run ended, so it outlives the events. A label that is no number
-- stops no reader, whatever the planner looks at first.
create or replace view obs.dash_rationale_lengths with (security_invoker = true) as
select
    r.tenant_id,
    r.run_id,
    r.started_at,
    obs._night(r.started_at, t.time_zone) as night,
    s.chars_from,
    case when s.chars_from < 1000 then s.chars_from + 49 end as chars_to,
    m.value::bigint as companies
from obs.enrichment_runs as r
inner join obs.tenants as t on r.tenant_id = t.tenant_id
inner join obs.run_metrics as m on r.tenant_id = m.tenant_id and r.run_id = m.run_id
cross join lateral (select case when m.label ~ '^\d{1,4}$' then m.label::int end as chars_from) as s
where not r.is_simulation and m.name = 'rationale_length' and m.value > 0
    and m.label in (
        '0', '50', '100', '150', '200', '250', '300', '350', '400', '450', '500', '550', '600', '650', '700', '750', '800', '850',
        '900', '950', '1000'
    );
comment on view obs.dash_rationale_lengths is
'How long the rationales of a run are: companies by steps of 50 characters; the last step, from 1,000 on, is open.';
