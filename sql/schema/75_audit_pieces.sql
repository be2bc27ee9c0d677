-- What the audit of an event day has read so far: a day is audited in pieces, each a transaction of its own. Gone once it ends.
create table if not exists obs.audit_pieces (
    run_day date not null,
    first_block bigint not null,
    next_block bigint not null,
    started_at timestamptz not null,
    scan jsonb not null,
    primary key (run_day, first_block),
    constraint audit_pieces_hold_blocks check (next_block > first_block)
);
do $step$
begin perform obs._record_step('75_audit_pieces', '1111a0c6e191e2b6471525cee37d5e3c97bb3919167cb79f3577c67699fecc18');
end $step$;
