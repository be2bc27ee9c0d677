-- obs._night: the night that a moment belongs to: from noon to noon by the clock of a zone, named by its morning
-- Called by: dash_latency, dash_latency_heatmap, dash_quality, dash_rationale_lengths, dash_tenant_overview, dash_vendor_usage,
-- slo_nights, obs serve
-- Reads/Writes: nothing
-- Raises: 22023 unknown time zone
create or replace function obs._night(p_at timestamptz, p_time_zone text) returns date
language sql immutable parallel safe
return ((p_at at time zone p_time_zone) + interval '12 hours')::date;
comment on function obs._night(timestamptz, text) is
'The night that a moment belongs to: from noon to noon by the clock of a time zone, named by its morning.';
