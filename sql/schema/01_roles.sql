-- Roles are shared by the whole cluster: made when missing, never dropped. None is a superuser or bypasses row
-- security.
-- obs_host has no right in obs: it writes into the host's table, whose triggers then run with no right of ours.
-- obs_owner owns every object; writer and reader are siblings so that a producer cannot read.
do $roles$
declare
    v_role text;
    v_right text := case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end;
begin
    foreach v_role in array array[
        'obs_owner', 'obs_writer', 'obs_reader', 'obs_reviewer', 'obs_ops', 'obs_forwarder', 'obs_bi', 'obs_admin', 'obs_cron',
        'obs_host'
    ] loop
        if to_regrole(v_role) is null then
            begin
                execute format('create role %I %s', v_role, case v_role when 'obs_cron' then 'login' else 'nologin' end);
            exception when duplicate_object or unique_violation then
                null;  -- another database of this cluster was installing at the same moment
            end;
        end if;
    end loop;
    -- A question of a dashboard ends after 10 s. It holds for logins as obs_bi itself; PostgreSQL passes no setting on to members.
    if not exists (
        select from pg_db_role_setting s
        where s.setrole = 'obs_bi'::regrole and s.setdatabase = 0 and s.setconfig::text like '%statement_timeout=%'
    ) then
        begin
            alter role obs_bi set statement_timeout = '10s';
            alter role obs_bi set default_transaction_read_only = on;
        exception when insufficient_privilege then
            raise notice 'obs_bi has no statement timeout: whoever administers it may say alter role obs_bi set statement_timeout = ''10s''';
        end;
    end if;
    -- The installer acts as the owner and as obs_cron below; upgrades need the same right again. From 16 on, who makes a
    -- role is its member without that right.
    foreach v_role in array array['obs_owner', 'obs_cron', 'obs_host'] loop
        if not pg_has_role(current_user, v_role, v_right) then
            execute format('grant %I to %I', v_role, current_user);
        end if;
    end loop;
end
$roles$;

do $schema$
begin
    if to_regnamespace('obs') is null then
        create schema obs authorization obs_owner;
    end if;
    -- A hardened database takes TEMP from PUBLIC; the batch door needs it.
    if not has_database_privilege('obs_owner', current_database(), 'temporary') then
        execute format('grant temporary on database %I to obs_owner', current_database());
    end if;
end
$schema$;

set role obs_owner;
