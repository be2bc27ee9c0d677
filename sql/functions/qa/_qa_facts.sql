-- obs._qa_facts: what a run's events say of some companies
-- Called by: _put_samples, _risky_companies
-- Reads/Writes: run_event_logs
-- Raises: nothing
-- An HTTP answer of whatever kind, and a failed TLS handshake, mean that the name was resolved; a refused connection or a
-- timeout mean nothing for that.
create or replace function obs._qa_facts(p_tenant_id text, p_run_id text, p_companies text[])
returns table (
    company_id text, domain text, about_len numeric, rationale_len numeric, emails bigint, good_emails bigint, webmail bigint,
    webmail_said bigint, is_resolved boolean, is_unresolved boolean, failed_items bigint
)
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    select
        e.company_id,
        (array_agg(e.extra ->> 'domain' order by e.ts desc, e.event_id) filter (
            where e.extra ? 'domain' and not e.extra ? 'email_status'
        ))[1],
        max(obs._json_number(e.extra -> 'about_len')),
        max(obs._json_number(e.extra -> 'rationale_len')),
        count(*) filter (where e.kind = 'item' and e.extra ? 'email_status'),
        count(*) filter (
            where e.kind = 'item' and e.extra ->> 'email_status' in ('valid', 'unknown')
              and e.extra -> 'webmail' is distinct from 'true'
        ),
        count(*) filter (where e.kind = 'item' and e.extra ? 'email_status' and e.extra -> 'webmail' = 'true'),
        count(*) filter (where e.kind = 'item' and e.extra ? 'email_status' and e.extra ? 'webmail'),
        bool_or(
            e.kind = 'item' and e.stage = 'crawl'
            and (e.status = 'success' or e.error_code ~ '^HTTP_' or obs._error_class(e.error_code) in ('robots', 'TLS'))
        ),
        bool_or(e.kind = 'item' and e.stage = 'crawl' and e.status = 'error' and obs._error_class(e.error_code) = 'DNS'),
        count(*) filter (where e.kind = 'item' and e.status = 'error')
    from obs.enrichment_runs r
    join obs.run_event_logs e on e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.run_day = r.run_day
    where r.tenant_id = p_tenant_id and r.run_id = p_run_id and e.company_id = any(p_companies)
      and e.kind in ('item', 'check')
    group by e.company_id;
end
$$;
comment on function obs._qa_facts(text, text, text[]) is
'What a run''s events say of some companies: domain, lengths, e-mail results, whether the name was resolved, failed items.';
