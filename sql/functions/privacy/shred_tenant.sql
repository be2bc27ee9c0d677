-- obs.shred_tenant: destroys all peppers of a tenant: its hashes match nothing and nobody any more
-- Called by: administrators
-- Reads/Writes: tenant_peppers, forgotten_emails, audit_log
-- Raises: OB001 unknown tenant, 22023 when p_confirm is not the tenant's id
-- What arrives later is masked without a hash, until rotate_pepper makes a new one. The row locks wait for writers of nobody:
-- who hashes meanwhile has read the pepper before. Write-ahead log and backups hold the peppers until they are gone themselves.
create or replace function obs.shred_tenant(p_tenant_id text, p_confirm text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_probe constant text := 'probe-' || gen_random_uuid() || '@example.invalid';
    v_before text[];
    v_destroyed int;
    v_answer jsonb;
begin
    perform obs._known_tenant(coalesce(p_tenant_id, ''));
    if p_confirm is distinct from p_tenant_id then
        raise exception 'shredding tenant % is not confirmed', quote_literal(p_tenant_id)
            using errcode = '22023', hint = 'It cannot be undone. p_confirm must be the tenant''s id.';
    end if;
    perform from obs.tenant_peppers p where p.tenant_id = p_tenant_id order by p.version for update;
    v_before := obs.email_hashes(p_tenant_id, v_probe);
    update obs.tenant_peppers p set pepper = null, destroyed_at = clock_timestamp()
    where p.tenant_id = p_tenant_id and p.destroyed_at is null;
    get diagnostics v_destroyed = row_count;
    delete from obs.forgotten_emails f where f.tenant_id = p_tenant_id;
    v_answer := jsonb_build_object(
        'tenant_id', p_tenant_id, 'versions_destroyed', v_destroyed,
        'peppers_left', (select count(*) from obs.tenant_peppers p where p.tenant_id = p_tenant_id and p.pepper is not null),
        'probe_matched_before', cardinality(v_before),
        'probe_matches_now', cardinality(obs.email_hashes(p_tenant_id, v_probe))
    );
    perform obs._audit(p_tenant_id, 'shred_tenant', v_answer - 'tenant_id');
    return v_answer;
end
$$;
comment on function obs.shred_tenant(text, text) is
'Destroys all peppers of a tenant, so that its hashes match nothing any more; p_confirm is the tenant''s id again.'
' Returns the proof.';
