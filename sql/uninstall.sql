-- Takes obs out of this database: its jobs, triggers on attached tables, and the schema with all its data. The roles
-- stay,
-- since other databases of the cluster may use them. psql -v ON_ERROR_STOP=1 -1 -f sql/uninstall.sql
do $uninstall$
declare
    v_relation text;
begin
    if to_regnamespace('obs') is null then
        return;
    end if;
    if to_regprocedure('obs.stop()') is not null and to_regnamespace('cron') is not null then
        perform obs.stop();
    end if;
    if to_regclass('obs.attached_relations') is not null then
        for v_relation in
            select n.nspname || '.' || c.relname
            from pg_trigger t
            join pg_class c on c.oid = t.tgrelid
            join pg_namespace n on n.oid = c.relnamespace
            where t.tgname = 'obs_mirror_run' and t.tgfoid = to_regprocedure('obs._mirror_run()')
        loop
            execute format('drop trigger obs_mirror_run on %s', v_relation::regclass);
        end loop;
    end if;
    set local role obs_owner;
    drop schema obs cascade;
end
$uninstall$;
reset role;
