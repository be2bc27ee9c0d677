-- What the tables of compaction, content and history are, column by column.

comment on column obs.enrichment_runs.compacted_at is
'When the texts of its events were compacted; NULL: not yet, or events came since.';
comment on column obs.enrichment_runs.thinned_upto is 'Event that thinning has come to; NULL: it has not begun.';
comment on column obs.enrichment_runs.compacted_upto is 'Event that compaction has come to; NULL between its passes.';

comment on table obs.error_texts is
'Error texts that many events share: each once, under the fingerprint that stands in the events.';
comment on column obs.error_texts.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.error_texts.fingerprint is 'fp: and the keyed hash of the text; stands in run_event_logs.error_msg.';
comment on column obs.error_texts.error_text is 'The text, redacted when it was stored.';
comment on column obs.error_texts.first_run_day is 'First event day that may refer to it.';
comment on column obs.error_texts.last_run_day is
'Last event day that may refer to it; the row goes when no day between is kept.';
comment on column obs.error_texts.first_seen_at is 'When it was first found, by the server''s clock.';

comment on table obs.content_hashes is
'What the content of each company was in the newest run, as a keyed hash: says whether it changed.';
comment on column obs.content_hashes.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.content_hashes.company_id is 'Company.';
comment on column obs.content_hashes.kind is 'Kind of content, such as about.';
comment on column obs.content_hashes.run_id is 'Newest run that saw it.';
comment on column obs.content_hashes.run_started_at is 'When that run started.';
comment on column obs.content_hashes.content_hash is 'Keyed hash of the content, white space folded; masked without a pepper.';
comment on column obs.content_hashes.content_length is 'Length in characters, as it came.';
comment on column obs.content_hashes.seen_at is 'When it was seen last, by obs.now().';
comment on column obs.content_hashes.changed_at is 'When it was another one last, by obs.now().';
comment on column obs.content_hashes.previous_run_id is 'Run that saw it before; NULL: none.';
comment on column obs.content_hashes.previous_hash is 'Hash in that run.';
comment on column obs.content_hashes.previous_length is 'Length in that run, in characters.';

comment on table obs.retained_content is
'Redacted content, only of tenants whose content_retention_days asks for it; gone after 90 days at most.';
comment on column obs.retained_content.tenant_id is 'Tenant that the row belongs to.';
comment on column obs.retained_content.run_id is 'Run that saw it.';
comment on column obs.retained_content.company_id is 'Company.';
comment on column obs.retained_content.kind is 'Kind of content, such as about.';
comment on column obs.retained_content.content is 'The text, redacted; of one over 16 kB head and end.';
comment on column obs.retained_content.content_hash is 'Keyed hash of the content as it came, white space folded.';
comment on column obs.retained_content.content_length is 'Length in characters, as it came.';
comment on column obs.retained_content.stored_at is 'When it was first stored, by the server''s clock.';
comment on column obs.retained_content.expires_at is 'When it goes; at most 90 days after stored_at.';

comment on table obs.alert_replay_starts is
'Where the alert machine stood after the observations that are gone: back-tests go on from there.';
comment on column obs.alert_replay_starts.tenant_id is 'Tenant that the row belongs to; '''' is obs itself.';
comment on column obs.alert_replay_starts.alert_code is 'Alert.';
comment on column obs.alert_replay_starts.subject is 'What was judged.';
comment on column obs.alert_replay_starts.state is 'The machine''s memory, a row of alert_states.';
comment on column obs.alert_replay_starts.observed_at is 'Moment of the last observation that is gone.';
