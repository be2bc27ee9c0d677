-- Who ticked which step of an alert's runbook, and who took that back: rows are only added. They go with their alert.
create table if not exists obs.runbook_ticks (
    tenant_id text collate "C" not null,
    alert_id bigint not null,
    step int not null,
    ordinal int not null,
    action text not null,
    step_kind text not null,
    step_fingerprint text not null,
    runbook_code text collate "C" not null,
    note text,
    done_by text not null,
    done_at timestamptz not null,
    primary key (tenant_id, alert_id, step, ordinal),
    foreign key (tenant_id, alert_id) references obs.alerts on delete cascade,
    constraint runbook_ticks_action_is_known check (action in ('tick', 'untick', 'note')),
    constraint runbook_ticks_step_kind_is_known check (step_kind in ('check', 'mitigation'))
);
do $step$
begin perform obs._record_step('81_runbook_ticks', '25a1a323b63bf39ae58ba94d38839bac5f4a1add881308c050e9ca5f4f714fc8');
end $step$;
