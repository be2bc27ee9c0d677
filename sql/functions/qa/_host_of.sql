-- obs._host_of: the host name that a domain or web address names, lower-cased; NULL for nothing
-- Called by: _domain_check, _about_check, _is_webmail, _qa_checks, load_webmail_domains
-- Reads/Writes: nothing
-- Raises: nothing
-- An e-mail address stays one, with its @, so that the domain check sees it.
create or replace function obs._host_of(p_domain text) returns text
language sql immutable parallel safe
return nullif(regexp_replace(regexp_replace(
    translate(lower(btrim(left(p_domain, 1000), E' \t\r\n')), '。．｡', '...'), '^https?://', ''
), '(:[0-9]+)?([/?#].*)?$|\.$', ''), '');
comment on function obs._host_of(text) is 'The host name that a domain or web address names, lower-cased; NULL for nothing.';
