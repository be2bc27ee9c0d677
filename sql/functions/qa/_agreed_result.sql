-- obs._agreed_result: what the reviews of a sample that two people must see come to: pass, fail or still needs_review
-- Called by: qa_review
-- Reads/Writes: qa_reviews
-- Raises: nothing
-- Of each reviewer the newest review counts. Two must agree; when they do not, a third decides, and a member of obs_ops or
-- obs_admin (p_settles) decides where the others disagree.
create or replace function obs._agreed_result(
    p_tenant_id text, p_run_id text, p_company_id text, p_latest text, p_settles boolean
) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    v_passed int;
    v_failed int;
begin
    select count(*) filter (where n.result = 'pass'), count(*) filter (where n.result = 'fail') into v_passed, v_failed
    from (
        select distinct on (v.reviewer) v.result
        from obs.qa_reviews v
        where v.tenant_id = p_tenant_id and v.run_id = p_run_id and v.company_id = p_company_id
        order by v.reviewer, v.review_id desc
    ) n;
    return case
        when v_passed + v_failed < 2 or p_latest = 'needs_review' then 'needs_review'
        when p_settles and v_passed - (p_latest = 'pass')::int > 0 and v_failed - (p_latest = 'fail')::int > 0 then p_latest
        when v_passed > v_failed then 'pass'
        when v_failed > v_passed then 'fail'
        else 'needs_review'
    end;
end
$$;
comment on function obs._agreed_result(text, text, text, text, boolean) is
'What the reviews of a sample that two people must see come to: pass, fail or still needs_review.';
