-- obs._checked: a check of the checklist as the machine fills it
-- Called by: _domain_check, _about_check, _contacts_check, _rationale_check
-- Reads/Writes: nothing
-- Raises: nothing
-- p_reason is one sentence of obs, with numbers in it at most: never a text, a name or an address of the host.
create or replace function obs._checked(p_verdict text, p_reason text, p_length numeric default null, p_hash text default null)
returns jsonb
language sql immutable parallel safe
return jsonb_strip_nulls(jsonb_build_object(
    'verdict', p_verdict, 'reason', p_reason, 'by', 'machine', 'length', p_length, 'hash', p_hash
));
comment on function obs._checked(text, text, numeric, text) is
'A check of the checklist as the machine fills it: verdict, reason, and of the text its length and hash at most.';
