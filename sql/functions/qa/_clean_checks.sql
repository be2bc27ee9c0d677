-- obs._clean_checks: a reviewer's verdicts on the checklist, validated; reasons without personal data, at most 500 characters
-- Called by: qa_review
-- Reads/Writes: tenant_peppers
-- Raises: 22023
create or replace function obs._clean_checks(p_tenant_id text, p_checks jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_check record;
    v_clean jsonb := '{}'::jsonb;
begin
    if jsonb_typeof(coalesce(p_checks, '{}')) <> 'object' then
        raise exception 'checks are an object, not %', jsonb_typeof(p_checks)
            using errcode = '22023', hint = 'For example {"contacts": {"verdict": "fail", "reason": "no address"}}.';
    end if;
    for v_check in select c.key, c.value from jsonb_each(p_checks) c loop
        if v_check.key not in ('domain', 'about', 'contacts', 'rationale') then
            raise exception 'there is no check %', quote_literal(left(v_check.key, 64))
                using errcode = '22023', hint = 'The checks are domain, about, contacts and rationale.';
        elsif jsonb_typeof(v_check.value) <> 'object'
            or exists (select from jsonb_object_keys(v_check.value) k (name) where k.name not in ('verdict', 'reason'))
            or jsonb_typeof(coalesce(v_check.value -> 'reason', 'null')) not in ('string', 'null') then
            raise exception 'check % takes an object with verdict and reason', v_check.key
                using errcode = '22023', hint = 'For example {"contacts": {"verdict": "fail", "reason": "no address"}}.';
        elsif coalesce(v_check.value ->> 'verdict', '') not in ('pass', 'fail', 'unknown') then
            raise exception 'check % cannot be %', v_check.key, quote_nullable(left(v_check.value ->> 'verdict', 64))
                using errcode = '22023', hint = 'A verdict is pass, fail or unknown.';
        end if;
        v_clean := v_clean || jsonb_build_object(v_check.key, jsonb_strip_nulls(jsonb_build_object(
            'verdict', v_check.value ->> 'verdict',
            'reason', left(obs._redact_text(p_tenant_id, left(v_check.value ->> 'reason', 1000)), 500)
        )));
    end loop;
    return v_clean;
end
$$;
comment on function obs._clean_checks(text, jsonb) is
'A reviewer''s verdicts on the checklist, validated and without personal data.';
