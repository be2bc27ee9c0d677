-- obs._prune_content: deletes retained content that has expired, and hashes long unseen; number of rows deleted or given an
-- earlier end
-- Called by: maintain_step
-- Reads/Writes: retained_content, content_hashes, tenants, settings
-- Raises: nothing
-- A lowered content_retention_days holds for what is stored already; a raised one does not: who gave content for 10 days
-- gave it for 10.
create or replace function obs._prune_content(p_limit int default 1000) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant text;
    v_kept interval;
    v_count bigint;
    v_done bigint := 0;
begin
    for v_tenant in
        select t.tenant_id
        from obs.tenants t
        where exists (select from obs.retained_content c where c.tenant_id = t.tenant_id)
        order by t.tenant_id
    loop
        v_kept := make_interval(hours => 24 * coalesce(obs._setting(v_tenant, 'content_retention_days')::int, 0));
        update obs.retained_content c
        set expires_at = c.stored_at + v_kept
        from (
            select x.run_id, x.company_id, x.kind
            from obs.retained_content x
            where x.tenant_id = v_tenant and x.expires_at - x.stored_at > v_kept
            limit p_limit - v_done
            for update skip locked
        ) x
        where c.tenant_id = v_tenant and c.run_id = x.run_id and c.company_id = x.company_id and c.kind = x.kind;
        get diagnostics v_count = row_count;
        v_done := v_done + v_count;
        exit when v_done >= p_limit;
        delete from obs.retained_content c
        using (
            select x.run_id, x.company_id, x.kind
            from obs.retained_content x
            where x.tenant_id = v_tenant and x.expires_at <= obs.now()
            order by x.expires_at
            limit p_limit - v_done
            for update skip locked
        ) x
        where c.tenant_id = v_tenant and c.run_id = x.run_id and c.company_id = x.company_id and c.kind = x.kind;
        get diagnostics v_count = row_count;
        v_done := v_done + v_count;
        exit when v_done >= p_limit;
    end loop;
    delete from obs.content_hashes c
    using (
        select x.tenant_id, x.company_id, x.kind
        from obs.content_hashes x
        where x.seen_at < obs._history_cutoff('alert_history_days', 396)
        order by x.seen_at
        limit p_limit - v_done
        for update skip locked
    ) x
    where c.tenant_id = x.tenant_id and c.company_id = x.company_id and c.kind = x.kind;
    get diagnostics v_count = row_count;
    return v_done + v_count;
end
$$;
comment on function obs._prune_content(int) is
'Deletes retained content that has expired, after bringing its end to the tenant''s present setting, and hashes unseen for '
'alert_history_days; returns how many rows.';
