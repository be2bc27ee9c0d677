-- obs.qa_agreement: how far two people who review the same company agree, by tenant
-- Of a sample that two must see, the first verdicts of the first two persons make a pair, before anything was corrected. Cohen's
-- kappa (J. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20, 1960) is
-- (po - pe) / (1 - pe): po observed agreement, pe what the two shares of pass and of fail give by chance. It is NULL without
-- pairs, and where both always say the same word: then pe is 1.
create or replace view obs.qa_agreement with (security_invoker = true) as
select
    a.tenant_id,
    a.pairs,
    a.agreed,
    a.agreed::numeric / a.pairs as observed_agreement,
    e.by_chance as chance_agreement,
    (a.agreed::numeric / a.pairs - e.by_chance) / nullif(1 - e.by_chance, 0) as kappa
from (
    select
        p.tenant_id,
        count(*) as pairs,
        count(*) filter (where p.first_result = p.second_result) as agreed,
        count(*) filter (where p.first_result = 'pass') as first_passes,
        count(*) filter (where p.second_result = 'pass') as second_passes
    from (
        select
            o.tenant_id,
            min(o.result) filter (where o.place = 1) as first_result,
            min(o.result) filter (where o.place = 2) as second_result
        from (
            select
                v.tenant_id,
                v.run_id,
                v.company_id,
                v.result,
                row_number() over (partition by v.tenant_id, v.run_id, v.company_id order by v.review_id) as place
            from (
                select distinct on (x.tenant_id, x.run_id, x.company_id, x.reviewer)
                    x.tenant_id,
                    x.run_id,
                    x.company_id,
                    x.review_id,
                    x.result
                from obs.qa_reviews as x
                inner join obs.qa_samples as s
                    on x.tenant_id = s.tenant_id and x.run_id = s.run_id and x.company_id = s.company_id and s.double_review
                where x.result <> 'needs_review'
                order by x.tenant_id, x.run_id, x.company_id, x.reviewer, x.review_id
            ) as v
        ) as o
        group by o.tenant_id, o.run_id, o.company_id
        having count(*) >= 2
    ) as p
    group by p.tenant_id
) as a
cross join lateral (
    select
        (
            a.first_passes::numeric * a.second_passes + (a.pairs - a.first_passes)::numeric * (a.pairs - a.second_passes)
        ) / (a.pairs::numeric * a.pairs) as by_chance
) as e;
comment on view obs.qa_agreement is
'How far two people who review the same company agree, by tenant: pairs, observed agreement, Cohen''s kappa.';
