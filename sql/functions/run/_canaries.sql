-- obs._canaries: made-up identities of a run, each of which one rule of redaction alone catches
-- Called by: _plant
-- Reads/Writes: nothing
-- Raises: nothing
-- Derived from the run, so never real: letters and digits come from a hash, addresses end in the reserved .invalid.
-- needle: what must not be found in what is stored. place: message, name (a field), extra (a key of its own), flat.
create or replace function obs._canaries(p_tenant_id text, p_run_id text)
returns table (kind text, place text, body text, needle text)
language sql immutable
begin atomic
    select
        c.kind,
        c.place,
        replace(replace(replace(replace(
            c.body, '{w}', t.word), '{d}', t.digits), '{a}', left(t.digits, 3)), '{b}', right(t.digits, 4)
        ) as body,
        case
            when strpos(c.body, '{w}') > 0 then t.word
            when strpos(c.body, '{d}') > 0 then t.digits
            else replace(replace(c.body, '{a}', left(t.digits, 3)), '{b}', right(t.digits, 4))
        end as needle
    from (
        values
        ('email', 'message', 'jo{w}@example.invalid'),
        ('email_encoded', 'message', 'jo{w}%40example.invalid'),
        ('email_full_width', 'message', E'jo{w}\uff20example.invalid'),
        ('email_entity', 'message', 'jo{w}&#64;example.invalid'),
        ('email_unseen', 'message', E'jo{w}\u200b@example.invalid'),
        ('email_spelled', 'message', 'jo{w} at example dot com'),
        ('email_json', 'message', '{"mail": "jo{w}@example.invalid"}'),
        ('email_key', 'message', 'Key (email)=(jo{w}@example.invalid) already exists'),
        ('url_login', 'message', 'postgres://root:pw{w}@10/db'),
        ('private_key', 'message', E'-----BEGIN PRIVATE KEY-----\n{w}\n-----END PRIVATE KEY-----'),
        ('token', 'message', 'ghp_{w}5{w}'),
        ('jwt', 'message', 'eyJhbGciOiJIUzI1NiJ9.eyJz{w}.{w}'),
        ('header', 'message', 'Cookie: theme={w}'),
        ('password', 'message', 'password: {w}'),
        ('assignment', 'message', 'api_key=q{d}9{w}'),
        ('iban', 'message', 'GB29NWBK601613{d}'),
        ('card', 'message', 'visa 41111111{d}'),
        ('ssn', 'message', '#{a}-05-{b}'),
        ('ssn_labelled', 'message', 'ssn 1{d}'),
        ('phone_labelled', 'message', 'fax {d}'),
        ('phone_abroad', 'message', '+4930{d}'),
        ('phone', 'message', '02{d}'),
        ('phone_short', 'message', '{a}-{b}'),
        ('id_email', 'name', 'jo{w}@example.invalid'),
        ('id_token', 'name', 'ghp_{w}5{w}'),
        ('extra_address', 'extra', '{"reason": "told jo{w}@example.invalid"}'),
        ('extra_key', 'extra', '{"jo{w}@example.invalid": 1}'),
        ('extra_words', 'extra', '{"what {w} said, then": 1}'),
        ('extra_nested', 'extra', '{"list": [{"deep": ["jo{w}@example.invalid"]}]}'),
        ('extra_json', 'extra', '{"raw_answer": "{\"mail\": \"jo{w}@example.invalid\"}"}'),
        ('extra_card', 'extra', '{"total": 41111111{d}}'),
        ('extra_secret', 'extra', '{"api_key": "{w}"}'),
        ('extra_prompt', 'extra', '{"prompt": "{w}"}'),
        ('extra_number', 'extra', '{"fax_number": "{d}"}'),
        ('extra_person', 'extra', '{"first_name": "{w}"}'),
        ('extra_text', 'extra', '{"remark": "call {w} now"}'),
        ('extra_flat', 'flat', '{"session": "{w}"}')
    ) as c (kind, place, body)
    cross join lateral (
        select md5(concat_ws(chr(31), c.kind, p_tenant_id, p_run_id)) as hash
    ) as h
    cross join lateral (
        select
            translate(left(h.hash, 12), '0123456789', 'ghijklmnop') as word,
            translate(right(h.hash, 8), 'abcdef0', '1234567') as digits
    ) as t
    union all
    select
        'email_' || b.encoding as kind,
        'message' as place,
        b.body,
        b.body as needle
    from (
        select
            e.encoding,
            rtrim(encode(convert_to(concat(
                'jo', translate(left(md5(p_tenant_id || p_run_id), 12), '0123456789', 'ghijklmnop'), '@example.invalid'
            ), 'UTF8'), e.encoding), '=') as body
        from (values ('base64'), ('hex')) as e (encoding)
    ) as b;
end;
comment on function obs._canaries(text, text) is
'Made-up identities of a run, each of which one rule of redaction alone catches, and what must not be stored of it.';
