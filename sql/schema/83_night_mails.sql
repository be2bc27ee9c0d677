-- Which night of a tenant was mailed to whom: the row decides between two who would send. Recipients stand as a hash, which no
-- new pepper changes.
create table if not exists obs.night_mails (
    tenant_id text collate "C" not null references obs.tenants on delete cascade,
    night date not null,
    recipients text collate "C" not null,
    claimed_by text not null,
    claimed_at timestamptz not null,
    sent_at timestamptz,
    primary key (tenant_id, night, recipients),
    constraint night_mails_recipients_are_hashed check (recipients ~ '^[0-9a-f]{32}$')
);
do $step$
begin perform obs._record_step('83_night_mails', '9d0dc0f8c6ac210dd49b341a4c8a1ddf23ed2b251508d082b6e7959e097d81f8');
end $step$;
