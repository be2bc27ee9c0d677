-- What every table and column of delivery is, with units.
comment on table obs.notification_routes is 'Routes: which alerts go to which channel, and when.';
comment on column obs.notification_routes.tenant_id is 'Tenant whose alerts alone it takes, or NULL for all.';
comment on column obs.notification_routes.route_name is 'Name; the route default takes what no other took.';
comment on column obs.notification_routes.channel is 'Channel, a name that forwarders'' configurations know.';
comment on column obs.notification_routes.severities is 'Severities it takes; NULL all.';
comment on column obs.notification_routes.alert_codes is 'Alerts it takes; NULL all.';
comment on column obs.notification_routes.days is 'Days it takes, 1 Monday to 7 Sunday; NULL all.';
comment on column obs.notification_routes.from_time is 'Hour it begins, in its time zone; NULL always.';
comment on column obs.notification_routes.to_time is 'Hour it ends; before from_time means the next day.';
comment on column obs.notification_routes.time_zone is 'Time zone of its days and hours, a name of pg_timezone_names.';
comment on column obs.notification_routes.fallback_channel is
'Where it is told what could not be delivered; NULL means the default route''s channel.';
comment on column obs.notification_routes.updated_by is 'Who set it.';
comment on column obs.notification_routes.updated_at is 'When the row last changed, by the server''s clock.';

comment on table obs.notifications is 'The outbox: what is to be told, on which channel, and how far that is.';
comment on column obs.notifications.tenant_id is 'Tenant it tells of; empty when it tells of several, or of obs itself.';
comment on column obs.notifications.notification_id is 'Order of the notifications.';
comment on column obs.notifications.kind is
'firing, escalated, update, repeat, acknowledged, resolved, or dead_letter: another one could not be delivered.';
comment on column obs.notifications.route_name is 'Route that led here.';
comment on column obs.notifications.channel is 'Channel it goes out on.';
comment on column obs.notifications.fallback_channel is 'Where it is told when it cannot be delivered.';
comment on column obs.notifications.group_id is 'Group of alerts that it tells of.';
comment on column obs.notifications.alert_ids is 'Alerts that it tells of.';
comment on column obs.notifications.alert_code is 'Code of the alert.';
comment on column obs.notifications.subject is 'What the alert is about.';
comment on column obs.notifications.severity is 'page, warning or ticket.';
comment on column obs.notifications.is_simulation is 'Part of a drill.';
comment on column obs.notifications.thread_key is 'Same for all that belongs to one incident.';
comment on column obs.notifications.ticket_key is 'Same for all that belongs to one ticket: a tenant''s alert code.';
comment on column obs.notifications.facts is 'What the message is written from.';
comment on column obs.notifications.message is 'What it says, kept from the first try on; NULL before.';
comment on column obs.notifications.state is 'waiting, leased, sent or dead (given up).';
comment on column obs.notifications.attempts is 'How often it was taken up.';
comment on column obs.notifications.created_at is 'When the row was made, by the server''s clock.';
comment on column obs.notifications.next_try_at is 'Not before this moment, by the server''s clock.';
comment on column obs.notifications.leased_by is 'Forwarder that is sending it.';
comment on column obs.notifications.lease_until is 'When another forwarder may take it, by the server''s clock.';
comment on column obs.notifications.sent_at is 'When the receiver had it, by the server''s clock.';
comment on column obs.notifications.last_error is 'Why the last try failed.';

comment on table obs.notification_threads is 'What receivers call a thread or ticket: a Slack timestamp, a Jira key.';
comment on column obs.notification_threads.tenant_id is 'Tenant, as in notifications.';
comment on column obs.notification_threads.channel is 'Channel.';
comment on column obs.notification_threads.thread_key is 'Thread key of the notifications, or their ticket key.';
comment on column obs.notification_threads.external_ref is 'What the receiver calls it.';
comment on column obs.notification_threads.updated_at is 'When the row last changed, by the server''s clock.';

comment on table obs.forwarders is 'Forwarders and their signs of life, kept for 7 days.';
comment on column obs.forwarders.forwarder_id is 'Host, process and a random word.';
comment on column obs.forwarders.channels is 'Channels it serves.';
comment on column obs.forwarders.started_at is 'Its first sign of life, by the server''s clock.';
comment on column obs.forwarders.last_seen_at is 'Its last sign of life, by the server''s clock.';
comment on column obs.forwarders.is_listening is 'Whether NOTIFY reached it when it last tried; else it polls.';
comment on column obs.forwarders.detail is 'What it says of itself: version, counts, last errors by channel.';

comment on table obs.cluster is 'The one database whose forwarders may speak; a copy of it has another identity.';
comment on column obs.cluster.only_row is 'True: there is one row.';
comment on column obs.cluster.identity is 'System identifier and database oid that were accepted.';
comment on column obs.cluster.accepted_by is 'Who accepted it; the first forwarder, unless an administrator did.';
comment on column obs.cluster.accepted_at is 'When, by the server''s clock.';

comment on table obs.night_mails is 'Which night of a tenant was mailed to whom: one row each, made before the letter goes out.';
comment on column obs.night_mails.tenant_id is 'Tenant whose night it is.';
comment on column obs.night_mails.night is 'Date of the night''s morning, as in last_night.';
comment on column obs.night_mails.recipients is 'Hash of the addresses together, in any order.';
comment on column obs.night_mails.claimed_by is 'Login that sends it.';
comment on column obs.night_mails.claimed_at is 'When that began, by the server''s clock.';
comment on column obs.night_mails.sent_at is
'When the mail server had taken it; NULL while under way, and where the sender died: nobody knows then.';
