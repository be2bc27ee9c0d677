-- obs.qa_release: gives back samples that the caller has claimed; ops and administrators give back anybody's, named one by one
-- Called by: reviewers, obs qa
-- Reads/Writes: qa_samples
-- Raises: with a run OB002 unknown, OB004 ambiguous; 22023 for a company without a run
create or replace function obs.qa_release(
    p_run_id text default null, p_company_id text default null, p_tenant_id text default null
)
returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenants text[] := obs._readable_tenants();
    v_reviewer constant text := obs._person();
    v_asker constant name := obs._asker();
    v_anybodys constant boolean := p_company_id is not null
        and (pg_has_role(v_asker, 'obs_ops', 'usage') or pg_has_role(v_asker, 'obs_admin', 'usage'));
    v_released int;
begin
    if p_run_id is null and p_company_id is not null then
        raise exception 'company % of which run?', quote_literal(left(p_company_id, 128))
            using errcode = '22023', hint = 'Name the run too: p_run_id => ...';
    end if;
    if p_run_id is not null then
        v_tenants := array[obs._resolve_tenant(p_run_id, p_tenant_id, v_tenants)];
    end if;
    update obs.qa_samples s
    set claimed_by = null, claimed_until = null
    where s.claimed_by is not null
      and (v_anybodys or s.claimed_by = v_reviewer)
      and (v_tenants is null or s.tenant_id = any(v_tenants))
      and (p_tenant_id is null or s.tenant_id = p_tenant_id)
      and (p_run_id is null or s.run_id = p_run_id)
      and (p_company_id is null or s.company_id = p_company_id);
    get diagnostics v_released = row_count;
    return v_released;
end
$$;
comment on function obs.qa_release(text, text, text) is
'Gives back claimed samples: all of the caller''s, or those of a run, or one; returns how many.';
