-- Takes the tables' locks before anything else, all or none, so that nobody deadlocks with an installation and nobody queues
-- behind one that waits for a long transaction. Every door locks stage_deltas first: once it is held here, who is under way
-- ends and nobody begins. Another version may alter tables, the same one only looks.
do $gate$
declare
    v_limit constant text := current_setting('lock_timeout');
    v_until constant timestamptz := clock_timestamp() + v_limit::interval;
    v_mode constant text := case current_setting('obs.same_version', true)
        when 'yes' then 'share row exclusive' else 'access exclusive'
    end;
    v_tables constant text := (
        select string_agg(c.oid::regclass::text, ', ' order by c.oid)
        from pg_class c
        where c.relnamespace = 'obs'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
          and c.relowner = 'obs_owner'::regrole
    );
begin
    while to_regclass('obs.stage_deltas') is not null loop
        begin
            perform set_config('lock_timeout', '100ms', true);
            execute format('lock table obs.stage_deltas in %s mode', v_mode);
            execute format('lock table %s in %s mode nowait', v_tables, v_mode);
            exit;
        exception when lock_not_available then
            if clock_timestamp() > v_until then
                raise exception 'tables of obs have been in use for % without a break: nothing was changed', v_limit
                    using errcode = '55P03',
                    hint = 'End the long transactions in pg_stat_activity, or wait longer: PGOPTIONS=''-c lock_timeout=60s''.';
            end if;
        end;
        perform pg_sleep(0.02);
    end loop;
    perform set_config('lock_timeout', v_limit, false);
end
$gate$;
