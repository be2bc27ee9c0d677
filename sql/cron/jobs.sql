-- The whole schedule as data. Nothing is scheduled by installing: obs.start() hands these rows to pg_cron.
insert into obs.jobs as j (job, schedule, command, max_age, comment)
values
('tick', '* * * * *', 'select obs.tick()', interval '3 minutes', 'Folds new events and closes abandoned runs.'),
('maintain', '7 * * * *', 'call obs.maintain_by_steps()', interval '3 hours',
    'Event days ahead, thinning, retention, pruning.')
on conflict (job) do update
    set schedule = excluded.schedule, command = excluded.command, max_age = excluded.max_age, comment = excluded.comment
    where (j.schedule, j.command, j.max_age, j.comment)
        is distinct from (excluded.schedule, excluded.command, excluded.max_age, excluded.comment);
