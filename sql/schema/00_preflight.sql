-- Refuses what cannot become a sound obs: an old server, a foreign or half-made schema. Changes nothing.
-- One installation at a time: the lock ends with the transaction. It can delay an installer, nothing else.
do $lock$ begin perform pg_advisory_xact_lock(hashtext('obs install')); end $lock$;

do $preflight$
declare
    v_owner constant text := (select n.nspowner::regrole from pg_namespace n where n.nspname = 'obs');
    v_version int := current_setting('server_version_num')::int;
begin
    if v_version < 150000 then
        raise exception 'obs needs PostgreSQL 15 or newer; this server is %', current_setting('server_version')
            using errcode = 'OB007', hint = 'Install obs on a server of version 15 to 18.';
    end if;
    if to_regnamespace('obs') is not null and to_regclass('obs.schema_migrations') is null then
        raise exception 'schema obs exists here but holds no obs.schema_migrations: it is foreign or half-installed'
            using errcode = 'OB005',
            hint = case
                when v_owner = 'obs_owner' then
                    'Run sql/uninstall.sql, which drops all its data; then psql -1 -f sql/install.sql, in one transaction.'
                else format('It belongs to %s: rename it (alter schema obs rename to …), then install again.', v_owner)
            end;
    end if;
    -- A trigger on a squatted ledger would run with the rights of who installs. Nobody but obs_owner can make another schema
    -- of it, so what others were let put into it is theirs to keep.
    if v_owner <> 'obs_owner' or exists (
        select from pg_class c
        where c.oid = to_regclass('obs.schema_migrations') and c.relowner is distinct from to_regrole('obs_owner')::oid
    ) then
        raise exception 'schema obs does not belong to obs_owner: it is not that of obs'
            using errcode = 'OB005',
            hint = format('It belongs to %s: rename it (alter schema obs rename to …) or drop it, then install again.', v_owner);
    end if;
end
$preflight$;

-- Writers queue behind whoever waits for a table's lock, so the wait ends. Who installs may have set another limit.
do $wait$
begin
    if current_setting('lock_timeout') = '0' then
        perform set_config('lock_timeout', '10s', false);
    end if;
end
$wait$;
