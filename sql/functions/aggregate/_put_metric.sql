-- obs._put_metric: sets a metric of a run
-- Called by: set_metric, _put_metrics, _put_contactable, _put_rationale_lengths, _apply_lifecycle
-- Reads/Writes: run_metrics
-- Raises: nothing; what has no name, no end or 19 digits is passed over: a condition that it breaks is broken for all tenants
-- Nine digits behind the point are kept: what is smaller would make quotients of thousands of digits.
create or replace function obs._put_metric(
    p_tenant_id text, p_run_id text, p_name text, p_value numeric, p_label text
) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
declare
    v_name text := obs._mend_word(p_tenant_id, case p_name when 'candidates_selected' then 'candidates_post' else p_name end);
begin
    if v_name is not null and abs(p_value) < 1e18 then
        insert into obs.run_metrics as m (tenant_id, run_id, name, label, value, updated_at)
        values (
            p_tenant_id, p_run_id, v_name, coalesce(obs._redact_text(p_tenant_id, obs._mend_word(p_tenant_id, p_label)), ''),
            trim_scale(round(p_value, 9)), clock_timestamp()
        )
        on conflict (tenant_id, run_id, name, label) do update
            set value = excluded.value, updated_at = excluded.updated_at
            where m.value <> excluded.value;
    end if;
end
$$;
comment on function obs._put_metric(text, text, text, numeric, text) is
'Sets a metric of a run; candidates_selected is candidates_post.';
