-- Indexes for what is read of one run: the alerts that fired or were last in breach in it.
create index if not exists alerts_tenant_id_run_id_idx on obs.alerts (tenant_id, run_id);
create index if not exists alert_transitions_fired_in_run_idx
on obs.alert_transitions (tenant_id, run_id) where to_state = 'firing';
do $step$
begin perform obs._record_step('82_report_indexes', '45bdf753fc73e865219f5f31191889df09bb45195610518db4c869819cc7960d');
end $step$;
