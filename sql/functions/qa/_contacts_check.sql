-- obs._contacts_check: whether a company has a business address that may work, and no personal one where that is prohibited
-- Called by: _qa_checks
-- Reads/Writes: webmail_domains, settings
-- Raises: nothing
-- p_contacts of the host's view: addresses as strings, or objects with email or domain, status, webmail. A status that is
-- not given is unknown, which the checklist lets pass. Without the view the events' statuses count (p_facts).
create or replace function obs._contacts_check(p_tenant_id text, p_contacts jsonb, p_facts jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_prohibited constant boolean := coalesce(obs._setting(p_tenant_id, 'webmail_policy'), '"prohibit"') = '"prohibit"';
    v_all bigint := (p_facts ->> 'emails')::bigint;
    v_good bigint := (p_facts ->> 'good_emails')::bigint;
    v_webmail bigint := (p_facts ->> 'webmail')::bigint;
    v_unsaid bigint := v_all - (p_facts ->> 'webmail_said')::bigint;
begin
    if jsonb_typeof(p_contacts) = 'array' then
        select
            count(*),
            count(*) filter (where c.is_good and c.is_webmail is not true),
            count(*) filter (where c.is_webmail),
            count(*) filter (where c.is_webmail is null)
        into v_all, v_good, v_webmail, v_unsaid
        from (
            select
                coalesce(lower(a.contact ->> 'status'), 'unknown') in ('valid', 'verified', 'unknown')
                    and (a.domain ~ '^[^@[:space:]]+[.][^@[:space:].]+$' or a.contact ? 'email_hash') as is_good,
                coalesce(
                    case when a.contact -> 'webmail' in ('true', 'false') then (a.contact -> 'webmail')::boolean end,
                    case when a.domain <> '' then obs._is_webmail(p_tenant_id, a.domain) end
                ) as is_webmail
            from (
                select e.contact, lower(coalesce(
                    e.contact ->> 'domain', substring(e.contact ->> 'email' from '^[^@]+@([^@]+)$'),
                    substring(e.contact #>> '{}' from '^[^@]+@([^@"]+)$')
                )) as domain
                from jsonb_array_elements(p_contacts) as e (contact)
                where jsonb_typeof(e.contact) in ('object', 'string')
                limit 1000
            ) a
        ) c;
    elsif v_all is null or v_all = 0 then
        return obs._checked('unknown', 'no event and no view says anything of addresses');
    end if;
    return case
        when v_all = 0 then obs._checked('fail', 'there is no contact')
        when v_prohibited and v_webmail > 0
            then obs._checked('fail', format('%s of %s addresses are personal webmail, which the policy prohibits', v_webmail, v_all))
        when v_good = 0 then obs._checked('fail', format('none of %s addresses is a business address that is valid or unknown', v_all))
        when v_prohibited and v_unsaid > 0 then obs._checked('unknown', format(
            '%s of %s addresses are valid or unknown; of %s nobody knows whether they are personal webmail', v_good, v_all, v_unsaid
        ))
        else obs._checked('pass', format('%s of %s addresses are business addresses, valid or unknown', v_good, v_all))
    end;
end
$$;
comment on function obs._contacts_check(text, jsonb, jsonb) is
'Whether a company has a business address that is valid or unknown, and no personal webmail where the policy prohibits it.';
