-- obs.forget_email: takes what stands for an e-mail address of a tenant out of every table, and proves it
-- Called by: administrators
-- Reads/Writes: every table of the schema, forgotten_emails, audit_log
-- Raises: OB001 unknown tenant, 22023 no address
-- The hashes are suppressed first, so that what arrives later is stored without them; a batch under way may still commit one,
-- which a second call takes. One transaction: killed, it has changed nothing, and a second call finishes. It locks rows that
-- hold the address, and no table against writers. Keys are checked when all tables are done, and from then on at once again.
create or replace function obs.forget_email(p_tenant_id text, p_address text) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    v_hashes constant text[] := obs.email_hashes(p_tenant_id, p_address);
    v_word constant text := left(replace(gen_random_uuid()::text, '-', ''), 12);
    v_relation record;
    v_rows bigint;
    v_total bigint := 0;
    v_left bigint;
    v_tables jsonb := jsonb_build_object();
    v_answer jsonb;
begin
    if v_hashes <> '{}' then
        insert into obs.forgotten_emails (tenant_id, hash)
        select p_tenant_id, h.hash from unnest(v_hashes) h (hash)
        on conflict do nothing;
        set constraints all deferred;
        for v_relation in
            select c.relation, c.table_name from obs._scanned_columns() c where c.how is not null
            group by c.relation, c.table_name order by c.table_name, c.relation
        loop
            v_rows := obs._replace_hashes(v_relation.relation, p_tenant_id, v_hashes, v_word, true);
            if v_rows > 0 then
                v_total := v_total + v_rows;
                v_tables := v_tables || jsonb_build_object(
                    v_relation.table_name, coalesce((v_tables ->> v_relation.table_name)::bigint, 0) + v_rows
                );
            end if;
        end loop;
        set constraints all immediate;
        select coalesce(sum(obs._replace_hashes(c.relation, p_tenant_id, v_hashes, v_word, false)), 0) into v_left
        from (select distinct s.relation from obs._scanned_columns() s where s.how is not null) c;
    end if;
    v_answer := jsonb_build_object(
        'tenant_id', p_tenant_id, 'versions', cardinality(v_hashes), 'rows', v_total, 'tables', v_tables, 'left', v_left
    );
    if v_hashes = '{}' then
        v_answer := v_answer || jsonb_build_object(
            'note', 'nothing was searched: the tenant has no pepper, so no hash can be told to be of this address'
        );
    end if;
    perform obs._audit(p_tenant_id, 'forget_email', v_answer - 'tenant_id');
    return v_answer;
end
$$;
comment on function obs.forget_email(text, text) is
'Replaces what stands for an e-mail address of a tenant by email:forgotten in every table, now and for what arrives later; '
'returns the rows by table, and how many a second look found left: 0, or NULL with a note where there is no pepper to search '
'with.';
