-- The ledger of schema steps. Every later step ends with a call of obs._record_step, stamped by tools/stamp_schema.
create table if not exists obs.schema_migrations (
    version text collate "C" not null primary key,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
);

alter default privileges in schema obs revoke execute on functions from public;
alter default privileges revoke execute on functions from public;

create or replace function obs._record_step(p_version text, p_checksum text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    insert into obs.schema_migrations (version, checksum) values (p_version, p_checksum) on conflict do nothing;
    if exists (select from obs.schema_migrations m where m.version = p_version and m.checksum <> p_checksum) then
        raise exception 'schema step % was applied to this database with other content', p_version
            using errcode = 'OB005', hint = 'Steps never change once released: install the version of obs that this database has.';
    end if;
end
$$;
comment on function obs._record_step(text, text) is 'Records one schema step; refuses a step whose content changed.';
