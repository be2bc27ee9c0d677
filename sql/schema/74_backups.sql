-- Backups: one row that row security shows to the owner alone. A dump that row security filtered brings the table without it.
-- Only the step that makes the table writes the row: installing again must not hide that it is gone.
do $marker$
begin
    if to_regclass('obs.dump_marker') is null then
        create table obs.dump_marker (
            is_whole boolean not null default true primary key,
            made_at timestamptz not null default clock_timestamp(),
            constraint dump_marker_is_one_row check (is_whole)
        );
        insert into obs.dump_marker default values;
    end if;
end
$marker$;
do $step$
begin perform obs._record_step('74_backups', '41a5b11794d85b58297fa20882350fc09c75bdf0a2664e794653aedfb7085e73');
end $step$;
