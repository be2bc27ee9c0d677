-- obs._id_valid: whether an identifier may name a tenant, a run or a stage
-- Called by: _check_id, _place, _prepare_runs, _enter, _backfill_run, _high_companies, create_tenant
-- Reads/Writes: nothing
-- Raises: nothing
-- What only looks suspicious is looked at closely: an id is refused when redaction would really change it.
create or replace function obs._id_valid(p_id text) returns boolean
language sql stable
return p_id is not null
    and p_id ~ '^[^[:cntrl:]]{1,128}$'
    and case when obs._suspect_id(p_id) then obs._redact_id(null, p_id) = p_id else true end;
comment on function obs._id_valid(text) is
'Whether an identifier may name a tenant, a run or a stage: 1 to 128 printable, impersonal characters.';
