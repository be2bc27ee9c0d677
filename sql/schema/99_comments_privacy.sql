-- What the tables of the proof of privacy and their columns mean. Units: ms.
comment on table obs.privacy_canaries is
'What became of the canaries of each run that ended: how many made-up identities were planted, which rules let theirs through.';
comment on column obs.privacy_canaries.tenant_id is 'Tenant.';
comment on column obs.privacy_canaries.run_id is 'Run.';
comment on column obs.privacy_canaries.planted is 'Made-up identities sent through the door.';
comment on column obs.privacy_canaries.caught is 'Of these, stored masked or hashed; what was stored was taken back.';
comment on column obs.privacy_canaries.missed is
'Kinds that would have been stored raw, or that a cheap test would have let pass.';
comment on column obs.privacy_canaries.error_sqlstate is 'SQLSTATE with which the probe failed; NULL when it worked.';
comment on column obs.privacy_canaries.probed_at is 'When.';

comment on table obs.privacy_audits is
'What each audit read and found: a row for its scope, and one for each tenant of it. Never a value.';
comment on column obs.privacy_audits.tenant_id is 'Tenant; NULL is the whole schema.';
comment on column obs.privacy_audits.audit_id is 'Number.';
comment on column obs.privacy_audits.run_day is 'Event day that was audited by itself; NULL: all tables.';
comment on column obs.privacy_audits.started_at is 'When it began.';
comment on column obs.privacy_audits.duration_ms is 'How long it took, ms.';
comment on column obs.privacy_audits.rows_scanned is 'Rows read.';
comment on column obs.privacy_audits.cells_scanned is 'Text and JSON cells read.';
comment on column obs.privacy_audits.findings is 'Cells with raw data.';
comment on column obs.privacy_audits.canaries_planted is 'Made-up identities sent through the door with it.';
comment on column obs.privacy_audits.canaries_caught is 'Of these, masked or hashed.';
comment on column obs.privacy_audits.verdict is 'clean or dirty.';
comment on column obs.privacy_audits.report is
'Tables with rows and cells, findings by table, column and kind with the key of the first row, canaries, what was not read.';
comment on column obs.privacy_audits.actor is 'Who asked.';

comment on table obs.audit_pieces is 'What the audit of an event day has read so far; empty when none is under way.';
comment on column obs.audit_pieces.run_day is 'Event day.';
comment on column obs.audit_pieces.first_block is 'First block of its partition that was read.';
comment on column obs.audit_pieces.next_block is 'First block that was not.';
comment on column obs.audit_pieces.started_at is 'When the audit of the day began.';
comment on column obs.audit_pieces.scan is 'Rows, cells and findings, as in obs.privacy_audits.report; never a value.';

comment on table obs.forgotten_emails is
'Keyed hashes of addresses that a tenant was asked to forget: what arrives with one is stored as email:forgotten.';
comment on column obs.forgotten_emails.tenant_id is 'Tenant.';
comment on column obs.forgotten_emails.hash is 'h<version>:<32 hex> under a pepper of the tenant.';
comment on column obs.forgotten_emails.forgotten_at is 'Since when.';
