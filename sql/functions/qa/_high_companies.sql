-- obs._high_companies: the companies of bucket High of a run, and who said so
-- Called by: _draw_qa
-- Reads/Writes: run_event_logs, run_metrics, and through obs_host the host's view
-- Raises: nothing
-- The newest event that gives a bucket counts; where the host's view knows the company, its bucket counts instead.
-- p_source is NULL when nobody gave any bucket: the run scored nothing. Ids that obs would not store are left out.
create or replace function obs._high_companies(
    p_tenant_id text, p_run_id text, p_asked boolean, out p_companies text[], out p_source text
)
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_logged boolean := exists (
        select from obs.run_metrics m where m.tenant_id = p_tenant_id and m.run_id = p_run_id and m.name = 'bucket'
    );
    v_host jsonb := obs._read_source(p_tenant_id, p_run_id, null, p_asked);
begin
    if v_host = '{"high": [], "other": []}' then
        v_host := null;
    end if;
    p_source := case when v_logged and v_host is not null then 'both' when v_logged then 'events' when v_host is not null then 'host' end;
    if v_logged then
        p_companies := array(
            select b.company_id
            from (
                select distinct on (e.company_id) e.company_id, e.extra ->> 'bucket' as bucket
                from obs.enrichment_runs r
                join obs.run_event_logs e on e.tenant_id = r.tenant_id and e.run_id = r.run_id and e.run_day = r.run_day
                where r.tenant_id = p_tenant_id and r.run_id = p_run_id and e.kind = 'item' and e.extra ? 'bucket'
                  and e.company_id is not null
                order by e.company_id, e.ts desc, e.event_id desc
            ) b
            where b.bucket = 'High'
        );
    end if;
    if v_host is not null then
        p_companies := array(
            select u.id from unnest(p_companies) as u (id)
            except
            select o.id from jsonb_array_elements_text(v_host -> 'other') as o (id)
            union
            select h.id from jsonb_array_elements_text(v_host -> 'high') as h (id)
            where obs._id_valid(h.id)
        );
    end if;
    p_companies := coalesce(p_companies, '{}');
end
$$;
comment on function obs._high_companies(text, text, boolean) is
'The companies of bucket High of a run, by its events and the host''s view, and who said so.';
