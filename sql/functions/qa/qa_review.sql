-- obs.qa_review: what a person says of a drawn company: pass, fail or needs_review, with verdicts on the checklist and notes
-- Called by: reviewers, obs qa import
-- Reads/Writes: qa_draws (row lock), qa_samples, qa_reviews, settings and all that _follow_up writes
-- Raises: 22023 bad result or checks, OB002 unknown run, OB004 ambiguous, OB020 not drawn, OB021 claimed by somebody else,
-- OB022 reviewed meanwhile
-- The rows of the run's draws are locked first, in one order, so the reviews of a run come one after the other and each sees
-- what those before it came to: the follow-up is opened by exactly one of them. What a check says is the reviewer's from then
-- on; facts stay. A review of an older revision that says word for word what the caller's own newest one says was sent twice:
-- it changes nothing.
create or replace function obs.qa_review(
    p_run_id text, p_company_id text, p_result text, p_notes text default null, p_checks jsonb default '{}',
    p_revision int default null, p_tenant_id text default null
) returns obs.qa_samples
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_tenant constant text := obs._resolve_tenant(p_run_id, p_tenant_id, obs._readable_tenants());
    v_reviewer constant text := obs._person();
    v_now constant timestamptz := obs.now();
    v_checks constant jsonb := obs._clean_checks(v_tenant, p_checks);
    v_notes constant text := left(obs._redact_text(v_tenant, left(p_notes, 4000)), 2000);
    v_share constant numeric := coalesce((obs._setting(v_tenant, 'qa_double_review_share'))::numeric, 0);
    v_seed text;
    v_double boolean;
    v_sample obs.qa_samples;
begin
    if coalesce(p_result not in ('pass', 'fail', 'needs_review'), true) then
        raise exception 'a review cannot be %', quote_nullable(left(p_result, 64))
            using errcode = '22023', hint = 'It is pass, fail or needs_review.';
    end if;
    perform from obs.qa_draws d
    where d.tenant_id = v_tenant and d.run_id = p_run_id
    order by d.stratum
    for no key update;
    select s.* into v_sample
    from obs.qa_samples s
    where s.tenant_id = v_tenant and s.run_id = p_run_id and s.company_id = p_company_id
    for update;
    if not found then
        raise exception 'company % was not drawn of run %', quote_nullable(left(p_company_id, 128)), quote_literal(left(p_run_id, 128))
            using errcode = 'OB020', hint = 'select run_id, company_id from obs.qa_worklist;';
    elsif p_revision <> v_sample.revision and exists (
        select
        from (
            select v.reviewer, v.result, v.notes, v.checks
            from obs.qa_reviews v
            where v.tenant_id = v_tenant and v.run_id = p_run_id and v.company_id = p_company_id
            order by v.review_id desc
            limit 1
        ) n
        where n.reviewer = v_reviewer and n.result = p_result and coalesce(n.notes, '') = coalesce(v_notes, '')
          and not exists (select from jsonb_each(v_checks) c where n.checks -> c.key is distinct from c.value)
    ) then
        return v_sample;
    elsif v_sample.claimed_by <> v_reviewer and v_sample.claimed_until > v_now then
        raise exception 'company % of run % is claimed by % until % UTC', quote_literal(p_company_id), quote_literal(p_run_id),
            v_sample.claimed_by, to_char(v_sample.claimed_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
            using errcode = 'OB021', hint = 'Take another: select * from obs.qa_claim();';
    elsif p_revision <> v_sample.revision then
        raise exception 'company % of run % is at revision %, not %: %', quote_literal(p_company_id), quote_literal(p_run_id),
            v_sample.revision, p_revision, case
                when v_sample.reviewer is null then 'nobody has reviewed it'
                else format('%s reviewed it as %s at %s UTC', v_sample.reviewer, v_sample.result,
                    to_char(v_sample.reviewed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'))
            end
            using errcode = 'OB022', hint = case
                when v_sample.reviewer is null or v_sample.reviewer = v_reviewer then 'Review its present revision.'
                else 'Read what the other reviewer said, then review its present revision.'
            end;
    end if;
    select d.seed into v_seed
    from obs.qa_draws d
    where d.tenant_id = v_tenant and d.run_id = p_run_id and d.stratum = v_sample.stratum;
    v_double := v_sample.double_review or (
        obs._needs_double_review(v_share, v_seed, p_company_id) and not exists (
            select from obs.qa_reviews v
            where v.tenant_id = v_tenant and v.run_id = p_run_id and v.company_id = p_company_id
        )
    );
    insert into obs.qa_reviews (tenant_id, run_id, company_id, reviewer, result, checks, notes, reviewed_at)
    values (v_tenant, p_run_id, p_company_id, v_reviewer, p_result, v_checks, v_notes, v_now);
    update obs.qa_samples s
    set result = case
            when v_double then obs._agreed_result(
                v_tenant, p_run_id, p_company_id, p_result,
                pg_has_role(obs._asker(), 'obs_ops', 'usage') or pg_has_role(obs._asker(), 'obs_admin', 'usage')
            )
            else p_result
        end,
        double_review = v_double,
        notes = case when p_notes is null then s.notes else nullif(v_notes, '') end,
        checks = s.checks || coalesce((
            select jsonb_object_agg(
                c.key, coalesce((s.checks -> c.key) - 'reason', '{}') || c.value || jsonb_build_object('by', v_reviewer)
            )
            from jsonb_each(v_checks) c
        ), '{}'),
        reviewer = v_reviewer, reviewed_at = v_now, revision = s.revision + 1, claimed_by = null, claimed_until = null
    where s.tenant_id = v_tenant and s.run_id = p_run_id and s.company_id = p_company_id
    returning s.* into v_sample;
    if v_sample.stratum = 'random' then
        perform obs._follow_up(v_tenant, p_run_id);
    end if;
    return v_sample;
end
$$;
comment on function obs.qa_review(text, text, text, text, jsonb, int, text) is
'Records what a person says of a drawn company: pass, fail or needs_review, with verdicts on the checklist and notes. '
'Returns the sample.';
