-- The ledger of schema steps. Every later step ends with a call of obs._record_step, stamped by tools/stamp_schema.
-- Older files are refused: they would put back functions that do not know the tables.
do $newer$
declare
    v_ours constant text := '0.2.0';
    v_theirs text;
begin
    if to_regprocedure('obs.version()') is not null then
        execute 'select obs.version()' into v_theirs;
        if string_to_array(v_theirs, '.')::int[] > string_to_array(v_ours, '.')::int[] then
            raise exception 'this database has obs %, and these are the files of obs %', v_theirs, v_ours
                using errcode = 'OB005', hint = 'There is no way back but a backup: install the files of the newer version.';
        end if;
    end if;
    perform set_config('obs.same_version', case v_theirs when v_ours then 'yes' else 'no' end, false);
end
$newer$;

-- What stands here before the installation, for sweep.sql: each function and view with the transaction that wrote it.
do $before$
begin
    perform set_config('obs.made_before', coalesce(string_agg(o.written, ' '), ''), false)
    from (
        select format('f%s:%s', p.oid, p.xmin) as written
        from pg_proc p
        where p.pronamespace = 'obs'::regnamespace and p.proowner in ('obs_owner'::regrole, 'obs_cron'::regrole)
        union all
        select format('v%s:%s', c.oid, w.xmin)
        from pg_class c join pg_rewrite w on w.ev_class = c.oid
        where c.relnamespace = 'obs'::regnamespace and c.relkind = 'v' and c.relowner = 'obs_owner'::regrole
    ) o;
end
$before$;

create table if not exists obs.schema_migrations (
    version text collate "C" not null primary key,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
);

alter default privileges in schema obs revoke execute on functions from public;
alter default privileges revoke execute on functions from public;

-- Files of 0.1 do not look whether the database is newer. They stop at this name, which create or replace cannot change.
do $renamed$
begin
    if exists (
        select from pg_proc p
        where p.oid = to_regprocedure('obs._record_step(text, text)') and p.proargnames[1] <> 'p_step_since_0_2'
    ) then
        drop function obs._record_step(text, text);
    end if;
end
$renamed$;

create or replace function obs._record_step(p_step_since_0_2 text, p_checksum text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
    insert into obs.schema_migrations (version, checksum) values (p_step_since_0_2, p_checksum) on conflict do nothing;
    if exists (
        select from obs.schema_migrations m where m.version = p_step_since_0_2 and m.checksum <> p_checksum
    ) then
        raise exception 'schema step % was applied to this database with other content', p_step_since_0_2
            using errcode = 'OB005', hint = 'Steps never change once released: install the version of obs that this database has.';
    end if;
end
$$;
comment on function obs._record_step(text, text) is 'Records one schema step; refuses a step whose content changed.';
