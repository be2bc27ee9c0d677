-- Where alerts go until somebody says otherwise. Only when there is no route at all: what an operator set stays.
insert into obs.notification_routes (route_name, channel, severities)
select
    r.route_name,
    r.channel,
    r.severities
from (
    values
    ('page', 'pager', array['page']),
    ('warn', 'slack', array['page', 'warning']),
    ('ticket', 'jira', array['ticket']),
    ('default', 'mail', null)
) as r (route_name, channel, severities)
where not exists (select 1 from obs.notification_routes);
