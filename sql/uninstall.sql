-- Takes obs out of this database: its jobs, triggers on attached tables, and the schema with all its data. The roles
-- stay, since other databases of the cluster may use them. psql -v ON_ERROR_STOP=1 -1 -f sql/uninstall.sql
set client_min_messages = warning;
-- Nobody's operators and functions stand in for the system's while this runs.
set search_path = pg_catalog, pg_temp;

do $uninstall$
declare
    v_owner constant text := (select n.nspowner::regrole from pg_namespace n where n.nspname = 'obs');
    v_relation regclass;
    v_refused boolean;
begin
    if v_owner is null then
        return;
    elsif v_owner <> 'obs_owner' then
        raise exception 'schema obs belongs to % and is not of obs: it stays', v_owner using errcode = 'OB005',
            hint = 'Rename it (alter schema obs rename to …), or drop it yourself.';
    end if;
    if to_regprocedure('obs.stop()') is not null then
        set local role obs_owner;
        v_refused := obs._cron_access() = 'refused';
        if not v_refused then
            perform obs.stop();
        end if;
        reset role;
        if v_refused and (select r.rolsuper from pg_roles r where r.rolname = current_user) then
            execute $cron$
                select cron.unschedule(j.jobid) from cron.job j
                where j.username = 'obs_cron' and j.jobname like 'obs:%' and j.database = current_database()
            $cron$;
        elsif v_refused then
            raise warning 'obs_cron may not use schema cron: jobs of obs that pg_cron may have were left there'
                using hint = 'A superuser: select cron.unschedule(jobid) from cron.job where username = ''obs_cron''';
        end if;
    end if;
    if to_regclass('obs.attached_relations') is not null then
        for v_relation in
            select t.tgrelid::regclass
            from pg_trigger t
            where t.tgname = 'obs_mirror_run' and t.tgfoid = to_regprocedure('obs._mirror_run()')
        loop
            execute format('drop trigger obs_mirror_run on %s', v_relation);
        end loop;
    end if;
    set local role obs_owner;
    alter default privileges grant execute on functions to public;
    drop schema obs cascade;
end
$uninstall$;

reset role;
reset client_min_messages;
reset search_path;
