-- Retention: whose raw events have left or are leaving, and what holds them back.
alter table obs.enrichment_runs add column if not exists expired_at timestamptz;
alter table obs.enrichment_runs add column if not exists raw_gone_at timestamptz;
-- By day, across tenants: a day is dropped when all its runs have expired.
create index if not exists enrichment_runs_raw_idx on obs.enrichment_runs (run_day) where raw_gone_at is null;

create table if not exists obs.run_holds (
    tenant_id text collate "C" not null,
    hold_id bigint generated always as identity,
    run_id text collate "C" not null,
    reason text not null,
    held_by text not null,
    held_at timestamptz not null default clock_timestamp(),
    released_by text,
    released_at timestamptz,
    primary key (tenant_id, hold_id),
    foreign key (tenant_id, run_id) references obs.enrichment_runs on delete cascade,
    constraint run_holds_have_a_reason check (reason ~ '\S')
);
create unique index if not exists run_holds_one_in_force_idx
on obs.run_holds (tenant_id, run_id) where released_at is null;
do $step$
begin perform obs._record_step('71_retention', 'ba55af8b854ed0fd04e0b7110f5d694209ec3c5d3ade4e8e18c1041969a1b34e');
end $step$;
