-- obs.allow_extra_key: lets free text pass, scrubbed, under a key of extra
-- Called by: administrators
-- Reads/Writes: extra_keys, audit_log
-- Raises: 22023 bad or personal key, OB001 unknown tenant
create or replace function obs.allow_extra_key(p_key text, p_tenant_id text default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if p_key is null or p_key !~ '^[A-Za-z0-9_.-]{1,64}$' then
        raise exception 'extra key % must have 1 to 64 of A-Z a-z 0-9 _ . -', quote_nullable(left(p_key, 80))
            using errcode = '22023';
    end if;
    if obs._redact_text(null, p_key) <> p_key then
        raise exception 'an extra key that holds personal data or a secret cannot be allowed' using errcode = '22023';
    end if;
    perform obs._known_tenant(p_tenant_id);
    insert into obs.extra_keys (tenant_id, key, allowed_by) values (p_tenant_id, p_key, obs._asker())
    on conflict do nothing;
    perform obs._audit(p_tenant_id, 'allow_extra_key', jsonb_build_object('key', p_key));
end
$$;
comment on function obs.allow_extra_key(text, text) is
'Lets free text pass, scrubbed, under this key of extra, for one tenant or (NULL) for all. Keys of prompts, '
'bodies and secrets stay hashed.';
