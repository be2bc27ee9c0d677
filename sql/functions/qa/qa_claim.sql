-- obs.qa_claim: takes open samples for the caller for 15 minutes, so that two reviewers do not look at the same company
-- Called by: reviewers, obs qa
-- Reads/Writes: qa_samples (row locks, passed over where another session holds them), qa_reviews
-- Raises: 22023 for a limit out of range; with a run OB002 unknown, OB004 ambiguous
-- Nobody is given a sample that waits for the verdict of a person other than them.
create or replace function obs.qa_claim(p_limit int default 1, p_run_id text default null, p_tenant_id text default null)
returns setof obs.qa_samples
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenants text[] := obs._readable_tenants();
    v_reviewer constant text := obs._person();
    v_now constant timestamptz := obs.now();
begin
    if coalesce(p_limit not between 1 and 100, true) then
        raise exception 'a claim takes 1 to 100 samples, not %', coalesce(p_limit::text, 'NULL')
            using errcode = '22023', hint = 'p_limit => 10.';
    end if;
    if p_run_id is not null then
        v_tenants := array[obs._resolve_tenant(p_run_id, p_tenant_id, v_tenants)];
    end if;
    return query
    with free as (
        select s.tenant_id, s.run_id, s.company_id
        from obs.qa_samples s
        where s.result = 'needs_review'
          and (v_tenants is null or s.tenant_id = any(v_tenants))
          and (p_tenant_id is null or s.tenant_id = p_tenant_id)
          and (p_run_id is null or s.run_id = p_run_id)
          and (s.claimed_until is null or s.claimed_until <= v_now)
          and not (s.double_review and exists (
            select from obs.qa_reviews v
            where v.tenant_id = s.tenant_id and v.run_id = s.run_id and v.company_id = s.company_id
              and v.reviewer = v_reviewer and v.result <> 'needs_review'
        ))
        order by s.created_at, s.tenant_id, s.run_id, s.stratum, s.draw_rank
        limit p_limit
        for update skip locked
    )
    update obs.qa_samples s
    set claimed_by = v_reviewer, claimed_until = v_now + interval '15 minutes'
    from free f
    where s.tenant_id = f.tenant_id and s.run_id = f.run_id and s.company_id = f.company_id
    returning s.*;
end
$$;
comment on function obs.qa_claim(int, text, text) is
'Takes open samples for the caller for 15 minutes, the oldest first; returns them.';
