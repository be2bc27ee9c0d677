-- obs._pattern: the regular expressions of redaction, each under its name
-- Called by: _suspect and the redaction helpers
-- Reads/Writes: nothing
-- Raises: nothing
-- The client's redact.py holds the same expressions under the same names, so they keep to what PostgreSQL and Python
-- read alike: no backreferences, one-character lookbehind, lookahead only behind what has matched. Every open-ended
-- repeat starts behind a boundary, which keeps Python's backtracking linear. A call with a constant name is folded
-- into a constant when it is planned.
create or replace function obs._pattern(p_name text) returns text
language sql immutable parallel safe
return case p_name
    -- What may be personal or secret at all: an address sign or a disguise of one, letters and digits in turn,
    -- capitals inside words, seven digits, digits in groups.
    when 'suspect' then
        '[@%\\&=]|[^ -~]|[0-9][A-Za-z]|[A-Za-z][0-9]|[A-Z][a-z][a-z]?[A-Z]|[0-9]{7}'
        || '|[0-9][0-9][ ).-][ (.-]?[0-9][0-9]|SKx|[(\[{<] ?[aA@][tT]? ?[\])}>]'
    -- What is not seen: control characters, soft hyphen, zero-width and directional marks, variation selectors.
    when 'unseen' then
        '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-'
        || '\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\u3164\ufe00-\ufe0f\ufeff\uffa0]+'
    when 'odd_run' then
        '[^ -~\u00a0-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u20cf\u2100-\u3029\u3030-\u3098\u309b-\ua66e\uac00-'
        || '\ud7ff\uff00-\uffef]{32}'
    -- A letter before an apostrophe is a name's, O'Neil, unless it marks a string of a language: b'…', N'…', E'…'.
    when 'email' then
        '(?:"[^"]*"|(?<![A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-])(?:(?:'
        || '[A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]{2,}'
        || '|[ACDG-MO-QSTVWYZacdg-mo-qstvwyz])[''*])?'
        || '[A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+[}`*]?)(?:@(?:[0-9_-]*'
        || '[A-Za-z\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff]'
        || '[A-Za-z0-9_%\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]*(?:\.'
        || '[A-Za-z0-9_%\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+)*'
        || '|[0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.[A-Za-z][A-Za-z0-9-]*|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z.-])'
        || '|\[[^\]\s@]+\]))+'
    -- What stands behind a sign and is no host: checkout@v4, app@sha256:9f86….
    when 'version' then
        '@(v[0-9]+(?:\.[0-9]+)*(?:-[a-z]+[0-9.]*)?(?![A-Za-z0-9_-]|\.[A-Za-z])|sha(?:256|512):)'
    when 'email_spelled' then
        '(?i)(?<![a-z0-9._+\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-])(?:'
        || '[a-z0-9._+\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+(?:(?: ?[(\[{<] ?(?:dot'
        || '|\.) ?[\])}>] ?[a-z0-9._+\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+)* ?[(\[{<] ?(?:at'
        || '|@) ?[\])}>] ?[a-z0-9\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+(?: ?(?:\.'
        || '|[(\[{<] ?(?:dot|\.) ?[\])}>]|dot ) ?[a-z0-9\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]'
        || '+)+|(?: at (?!the |a |an )[a-z0-9-]+(?: dot [a-z0-9-]+)* dot |_at_[a-z0-9-]+(?:_dot_[a-z0-9-]+)*_dot_)(?:c'
        || 'om|org|net|edu|gov|info|biz|io|co|ai|app|dev|eu|us|uk|de|fr)(?![a-z0-9])'
        || '|@[ \t\r\n]{1,2}[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|gov|info|biz|io|co|ai|app|dev|eu|us|uk|de'
        || '|fr)(?![a-z0-9]))|[a-z0-9_+-]+\.[a-z0-9._+-]+[ \t\r\n]{1,2}@[ \t\r\n]{0,2}[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:'
        || 'com|org|net|edu|gov|info|biz|io|co|ai|app|dev|eu|us|uk|de|fr)(?![a-z0-9]))'
    -- The address sign in base64, wherever its quad begins; then whole lines and runs of it, and of hexadecimal digits.
    when 'base64_at' then
        '(?:Q[A-P]|[EUk0][A-D]|[BFJNRVZdhlptx159]A)[A-Za-z0-9+/_\r\n-]{4}'
    when 'base64_run' then
        '(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{56,}\r?\n)*[A-Za-z0-9+/_-]{8,}(?:={1,2})?'
    when 'hex_run' then
        '(?<![0-9A-Fa-f])[0-9A-Fa-f]{12,}'
    -- Bytes that are no letters stand there in octal.
    when 'decoded_email' then
        '[A-Za-z0-9_%+~-]@(?:[A-Za-z0-9-]|\\3[0-3][0-7]\\2[0-7][0-7]|\\+u[0-9a-f]{4})+\.[A-Za-z]'
    when 'url_login' then
        '://[^\s/@:"]*:[^\s/@"]+@'
    when 'private_key' then
        '-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[^-]'
        || '|-[^-])*(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?'
    -- Every secret that is known by its shape holds such a run, and so do hashes, UUIDs and names, which are none.
    when 'long_run' then
        '[A-Za-z0-9_~-]{20}'
    when 'plain_run' then
        '(?<![A-Za-z0-9_-])(?:[0-9A-Fa-f-]{20,}|[a-z_-]{20,})(?![A-Za-z0-9_-])'
    -- How secrets begin that are known by their shape; _is_secret knows their lengths.
    when 'token' then
        '(?<![A-Za-z0-9_-])(?:[A-Za-z0-9_~.]+Q~[A-Za-z0-9_~.-]+|(?:(?:[rs]k|shippo|duffel|rzp)_(?:live|test|prod)_'
        || '|gh[opsur]_|github_pat_|gl[a-z]+-|GR1348941|xox[a-z]-|xoxe\.xox[a-z]-|xapp-|sk-|(?:pub)?key-|A(?:KIA|SIA'
        || '|BIA|CCA|3T[A-Z0-9])|LTAI|AIza|ya29\.|GOCSPX-|sha256~|f[mo][12][ar]?_|s-s4t2[a-z]+-|lsv2_[a-z]{2}_|ls__'
        || '|apify_api_|tvly-|xai-|fc-|BSA|sgp_|npm_|ntn_|hf_|gsk_|pnu_|rdme_|tfp_|shp[a-z]+_|dckr_[a-z]+_|sbp_'
        || '|whsec_|sq[a-z]_|glsa_|glc_|rubygems_|sntry[a-z]_|pscale_[a-z]+_|do[a-z]_v1_|lin_[a-z]+_|api_org_'
        || '|sm_[a-z]at_|CLOJARS_|pul-|pplx-|xkeysib-|ops_eyJ|AT[AC]TT3|NR[A-Z][A-Z]-|PMAK-|fio-u-|tk-us-|HRKU-|p8e-'
        || '|pypi-|sq0[a-z]+-|FLWSECK|AGE-SECRET-KEY-|dapi[0-9a-f]|EZ[AT]K|AKCp?|EA[AM][A-Z]|A3-|API-|4b1d'
        || '|hooks\.slack\.com/[a-z]+/|discord(?:app)?\.com/api/webhooks/[0-9]+/|hv[sbr]\.|dp\.[a-z]+\.|dt0[a-z]01\.'
        || '|SG\.[A-Za-z0-9_-]+\.|[MNO][A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.|[A-Za-z0-9]+\.atlasv1\.|[0-9]+:AA|SK'
        || '|AC)[A-Za-z0-9_~-]{8,}|[0-9a-z]+-us[0-9]+|[A-Za-z0-9]+_[A-Za-z0-9]+_mmk)'
        || '|(?<![A-Za-z0-9_.-])ico-[A-Za-z0-9]{32,}|/bot[0-9]+:AA[A-Za-z0-9_-]+'
    -- Its header closes the bracket it opens: in base64, at the end, 9, 0 or fQ.
    when 'jwt' then
        '(?<![A-Za-z0-9_-])[A-Za-z0-9_-]*(?:9|0|fQ)={0,2}\.ey[IJ][A-Za-z0-9_-]+[A-Za-z0-9_=.+/-]*'
        || '|(?<![A-Za-z0-9_.-])ey[IJ][A-Za-z0-9_-]+(?:9|0|fQ)={0,2}\.[A-Za-z0-9_=.+/-]{16,}'
    -- What every secret holds that is known by its shape, or by a label before it.
    when 'secret_run' then
        '[A-Za-z0-9_~-]{20}|[0-9][A-Za-z0-9_~.+/=%-]{10}'
    when 'value' then
        '[0-9][A-Za-z0-9_~.+/=%-]{10}'
    -- A label, kept, and the value behind it.
    when 'header' then
        '(?i)((?:authorization|cookie)(?:["'']?\s{0,3}[:=]\s{0,3}["'']?|["''] ?, ?["'']))(?!(?:required|missing'
        || '|invalid|failed|denied|expired|none|null|not|header|is|was|must)(?![a-z0-9_-]))(?:(?:bearer|basic|token'
        || '|digest|bot|apikey|negotiate|aws4-hmac-sha256)\s+)?[^\s"'',;]{3,}(?:; ?[^\s"'';,=]+=[^\s"'';,]*)*'
    when 'password' then
        '(?i)((?:--)?(?:passw(?:or)?d|passwort|passphrase|pwd|secret|secret[_ -]?key|client[_ -]?secret|[a-z]_pass'
        || '|identified by)\\{0,4}["'']?(?:\s{0,8}(?:[:?]{0,2}=|[=-]?>|:)|\s)\s{0,8}\\{0,4}["'']?)[^\s"'',;&<>]{2,}'
    when 'assignment' then
        '(?i)((?:(?:public|csrf|xsrf|page)[_ .-]?)?(?:token|(?:api|access|auth|private|account|client|service'
        || '|encryption|signing|shared|license|subscription|storage|master|app|application|consumer|deploy|database|db'
        || '|webhook)[_ .-]?key|auth|login|credentials?|creds|sourcegraph|[?&](?:sig|signature|x-amz-signature|key|code'
        || '|sid)|jsessionid|session[_-]?id)(?:["''] ?, ?["'']|["'']?\s{0,3}(?:[:?]{0,2}=|=>|:)\s{0,3}["'']?)|(?:bearer'
        || '|basic)\s+)[a-z0-9_~.+/=%-]+'
    -- Where an account number may begin: its country tells how long it is.
    when 'iban' then
        '(?<![A-Za-z0-9_])[A-Za-z]{2}[0-9]{2} ?(?:[A-Za-z0-9]{4} ?[0-9]{4}|[0-9]{4} ?[A-Za-z0-9]{4})'
    when 'card' then
        '(?<![0-9A-Za-z_./-])(?:4[0-9]{12}(?:[0-9]{3}){0,2}|(?:5[0-9]|6[0-9]|2[2-7]|35|8[12])[0-9]{14}|9792[0-9]{12}'
        || '|(?:34|37)[0-9]{13}|(?:2131|1800)[0-9]{11}|3[0689][0-9]{12}|(?:50|5[6-9]|6[0-9])[0-9]{10,17}'
        || '|[2-6][0-9]{3}(?:[ .-][0-9]{4}){3}(?:[ -][0-9]{1,3})?|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})(?![0-9A-Za-z_]'
        || '|[.-][0-9A-Za-z])'
    when 'ssn' then
        '(?<![0-9A-Za-z_./-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9A-Za-z_]|[.-][0-9])'
    when 'ssn_labelled' then
        '(?i)((?<![a-z])(?:ssn|social security(?: (?:number|no\.?))?)["'']?\s{0,3}(?:[:=#]'
        || '|is)?\s{0,3}["'']?)[0-9]{9}(?![0-9a-z_])'
    -- Seven digits with little between them; a card's or an account's many.
    when 'digits' then
        '[0-9](?:[ ().x/-]{0,3}[0-9]){6}'
    when 'many_digits' then
        '[0-9]{12}|[0-9]{4,6}[ .-][0-9]{4,6}[ .-][0-9]{4}'
    when 'phone_labelled' then
        '(?i)((?<![a-z])(?:tele)?(?:phone|mobile|cell|fax|tel|whatsapp|msisdn)(?:[ _-]?(?:number|num|no'
        || '|nr))?\.?["'']?\)?\s{0,3}[:=#]?\s{0,3}["''(]?)(?!(?:19|20)[0-9]{2}[./-][01][0-9][./-][0-3][0-9](?![0-9])'
        || '|1[5-9][0-9]{8}(?:[0-9]{3})?(?![0-9]))[+(]?[0-9][0-9 ()./-]{4,}[0-9](?: ?(?:x'
        || '|ext\.?) ?[0-9]{1,6})?(?![0-9a-z_])'
    when 'phone_abroad' then
        '(?:(?<![0-9A-Za-z_])\+[0-9][0-9 .()/-]{6,}[0-9]|(?<![0-9A-Za-z_)])\(0?[0-9]{1,4}\)[ ./-]?[0-9]{2,4}(?:'
        || '[ ./-]?[0-9]{2,5})+)(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![0-9A-Za-z_%]|[.,:/-][0-9])'
    when 'phone' then
        '(?<![0-9A-Za-z_./$€£#,-])(?:(?:(?:00[0-9]{1,3}|[0-9])[ .-])?[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}'
        || '|[0-9]{3}/[0-9]{3}-[0-9]{4}|[0-9]{2}/[0-9]{3}[ -][0-9]{2}[ -]?[0-9]{2}|[0-9]{4}[ -][0-9]{3}[ -][0-9]{3}'
        || '|00[1-9][0-9]{0,2}(?:[ -][0-9]{2,8}){2,5}|00[1-9][0-9]{8,12}|0[0-9]{2,4}(?:[ ./-][0-9]{2,4}){2,4}'
        || '|0[0-9]{2,4}/[0-9]{5,8}|0[1-9][ /-][0-9]{6,8}|[0-9]{3}(?:[ -][0-9]{2,4}){2,4}'
        || '|[0-9]{2}[ -][0-9]{3,4}(?:[ -][0-9]{2,4})+|[0-9]{2}[ -][0-9]{2}[ -](?:[0-9]{3}[ -][0-9]{2,4}'
        || '|[0-9]{2}(?:[ -][0-9]{2})+)|[0-9]{2}(?:\.[0-9]{2}){4}|[0-9]{2} [0-9]{6}|[6-9][0-9]{4}[ -][0-9]{5}'
        || '|0(?:[1-9][0-9]{1,3}|0[1-9][0-9]{0,2})[ -][0-9]{3,8}(?:[ -][0-9]{2,4})*|0[0-9]{3}(?:[ -][0-9]{2}){3}'
        || '|0[1-9][0-9]{8,9}|(?<![=:(])[2-9][0-9]{2}[2-9][0-9]{6})(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![0-9A-Za-z_%]'
        || '|[.,:/-][0-9]| ?(?:ms|us|s|sec|seconds|min|bytes|[kMGT]i?B|rows|items|events|tokens|records|requests'
        || '|companies|USD|EUR)(?![A-Za-z]))'
    -- Two groups say little: a house number and a street's name behind them are an address.
    when 'phone_short' then
        '(?<![0-9A-Za-z_./$€£#,-])(?:[0-9]{3}[ -]|(?:[03-9][0-9]|1[0-8]|2[1-9])[0-9]{2} )[0-9]{4}(?![0-9A-Za-z_%]'
        || '|[.,:/-][0-9]| ?(?:ms|us|s|sec|seconds|min|bytes|[kMGT]i?B|rows|items|events|tokens|records|requests'
        || '|companies|USD|EUR)(?![A-Za-z])| [A-Z][a-z]|(?: [a-z]+){0,6} (?:street|avenue|road|drive|lane|square'
        || '|suite)(?![a-z]))'
    -- An object of short numbers, flags and lower-case words, and what a key that needs a closer look holds.
    when 'flat' then
        '^\{(?:"[a-z][a-z_]*[0-9]{0,3}": (?:-?[0-9.]{1,11}|true|false|null|"[a-z_.-]{0,24}")(?:, )?)*\}$'
    when 'odd_word' then
        'pass|pwd|secret|token"|auth|cookie|key"|credential|bearer|session|otp|pin|cv[vc]|csrf|jwt|signature|prompt'
        || '|message|completion|body|content|html|transcript|instruction|choice|chat|conversation|phone|tel|mobile|cell'
        || '|fax|msisdn|whatsapp|ssn|card|iban|pan|cc"|social|tax_id|national|account|name|address|street|birth|dob'
        || '|_(?:value|text|raw|n)'
    when 'mask' then
        '^(?:email|phone|card|iban|ssn|secret|number|key):(?:masked|h[0-9]+:[0-9a-f]{32})\Z'
    when 'no_identifier' then
        '[^A-Za-z0-9_.:/+-]'
    when 'no_key' then
        '[^A-Za-z0-9_.:/+ -]'
    when 'url' then
        '^https?://[A-Za-z0-9_.:/+~%-]+(?:[?#](?:.|\n)*)?\Z'
end;
comment on function obs._pattern(text) is 'A regular expression of redaction, by its name.';
