-- obs._qa_checks: the checklist of one company as far as a machine can fill it
-- Called by: _put_samples, _risky_companies
-- Reads/Writes: tenant_peppers, webmail_domains, settings
-- Raises: nothing
-- p_facts: a row of _qa_facts, NULL without events; p_host: the company in the host's view, NULL when it is not there. Texts
-- end here: what is returned has their lengths, and their hashes under the tenant's pepper.
create or replace function obs._qa_checks(p_tenant_id text, p_facts jsonb, p_host jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_domain constant text := coalesce(obs._host_of(p_host ->> 'domain'), p_facts ->> 'domain');
    v_about constant text := p_host ->> 'about';
    v_rationale constant text := p_host ->> 'rationale';
begin
    return jsonb_build_object(
        'domain', obs._domain_check(
            v_domain, p_host is not null, (p_facts ->> 'is_resolved')::boolean, (p_facts ->> 'is_unresolved')::boolean,
            obs._keyed_hash(p_tenant_id, obs._host_of(v_domain))
        ),
        'about', obs._about_check(
            v_about, p_host is not null, (p_facts ->> 'about_len')::numeric, p_host ->> 'name', v_domain,
            concat_ws(' ', p_host ->> 'industry', p_host ->> 'signals'), obs._keyed_hash(p_tenant_id, v_about)
        ),
        'contacts', obs._contacts_check(p_tenant_id, p_host -> 'contacts', p_facts),
        'rationale', obs._rationale_check(
            v_rationale, p_host is not null, (p_facts ->> 'rationale_len')::numeric, p_host ->> 'signals',
            coalesce((p_host ->> 'shared')::bigint, 0), obs._keyed_hash(p_tenant_id, v_rationale)
        )
    );
end
$$;
comment on function obs._qa_checks(text, jsonb, jsonb) is
'The checklist of one company as far as a machine can fill it: verdict, reason, length and hash of each check.';
