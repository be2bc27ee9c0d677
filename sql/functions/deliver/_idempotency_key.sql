-- obs._idempotency_key: what a receiver can tell a repeated notification by
-- Called by: claim_notifications
-- Reads/Writes: the control file, pg_database
-- Raises: nothing
create or replace function obs._idempotency_key(p_notification_id bigint) returns text
language sql stable
return 'obs-' || left(md5(obs._cluster_identity()), 12) || '-' || p_notification_id;
comment on function obs._idempotency_key(bigint) is
'What a receiver can tell a repeated notification by: the same for each try, unlike any other database''s.';
