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
        '[@%\\&=]|[^ -~]|[0-9][A-Za-z]|[A-Za-z][0-9]|[A-Z][a-z][a-z]?[A-Z]|[0-9]{7}|[0-9][0-9][ ).-][ (.-]?[0-9][0-9]'
        || '|SKx'
    when 'encoded' then
        '%[2-7][0-9A-Fa-f]|%EF%BC%A0|%ef%bc%a0|&#(?:64|x40);|&commat;|\\u00[2-7]'
    when 'email' then
        '(?:"[^"]*"|(?<![A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-])'
        || '[A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+)'
        || '(?:@(?:'
        || '[0-9_-]*[A-Za-z\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff]'
        || '[A-Za-z0-9_%\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]*'
        || '(?:\.[A-Za-z0-9_%\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+)*'
        || '|[0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.[A-Za-z][A-Za-z0-9-]*'
        || '|\[[^\]\s@]{1,64}\]))+'
    when 'email_spelled' then
        '(?i)(?<![a-z0-9._+-])[a-z0-9._+-]+(?: ?[(\[{<] ?at ?[\])}>] ?[a-z0-9-]+(?: ?(?:\.|[(\[{<] ?dot ?[\])}>]'
        || '|dot ) ?[a-z0-9-]+)+'
        || '| at [a-z0-9-]+(?: dot [a-z0-9-]+)* dot (?:com|org|net|edu|gov|info|biz|io|co|ai|app|dev|eu|us|uk|de'
        || '|fr)(?![a-z0-9]))'
    -- Twelve characters of base64 that decode to printable ASCII: each quad has these sextets.
    when 'base64_text' then
        '(?:[I-Za-f][C-HS-Xi-nyz0-3][A-Za-z0-9+/_-]{2}){3}'
    when 'base64_run' then
        '(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,}(?:={1,2})?'
    when 'plain_email' then
        '(?<![A-Za-z0-9._%+~-])[A-Za-z0-9._%+~-]+@[A-Za-z0-9-]+\.[A-Za-z]'
    when 'url_login' then
        '://[^\s/@:"]*:[^\s/@"]+@'
    when 'private_key' then
        '-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[^-]'
        || '|-[^-])*(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?'
    -- Every secret that is known by its shape holds such a run, and so do hashes and UUIDs, which are none.
    when 'long_run' then
        '[A-Za-z0-9_~-]{20}'
    when 'hash_or_uuid' then
        '(?<![A-Za-z0-9_-])[0-9A-Fa-f-]{20,}(?![A-Za-z0-9_-])'
    when 'token' then
        '(?<![A-Za-z0-9_-])(?:(?:sk|rk|pk|shippo|duffel)_(?:live|test|prod)_|sk-(?:proj|admin|svcacct|ant|or'
        || '|lf)[a-z0-9]*-|gh[opsur]_|github_pat_'
        || '|gl(?:pat|ptt|cbt|rtr?|dt|ft|oas|soat|imt|agent|ffct)-|GR1348941|xox[a-z]-|xapp-|(?:bot)?[0-9]+:AA'
        || '|[A-Za-z0-9_~.]{3}[0-9]Q~'
        || '|A[KS]IA|LTAI|AIza|ya29\.|GOCSPX-|sha256~|fm[12][ar]?_|FlyV1 fm[12][ar]?_|s-s4t2[a-z]{2}-|sgp_|npm_|ntn_|hf_'
        || '|pnu_|rdme_|tfp_|shp[a-z]{2}_'
        || '|sq[a-z]_|glsa_|glc_|rubygems_|sntry[a-z]_|pscale_[a-z]+_|do[a-z]_v1_|lin_[a-z]+_|api_org_|sm_[a-z]{3}_'
        || '|CLOJARS_|pul-|pplx-|xkeysib-'
        || '|NR[A-Z]{2}-|PMAK-|fio-u-|tk-us-|HRKU-|p8e-|pypi-|sq0[a-z]{3}-|FLWSECK(?:_TEST)?-|AGE-SECRET-KEY-|dapi[0-9]'
        || '|EZ[AT]K|AKCp?|EA[AM][A-Z]'
        || '|(?:SG|hv[sbr]|dp\.[a-z]{2,5}|dt0[a-z]01)\.|ey[IJ][A-Za-z0-9_-]{6,}\.)[A-Za-z0-9_~=.+/-]{16,}'
    when 'token_shape' then
        '(?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9]{20,}|[0-9a-f]{16,}-us[0-9]{1,2}(?![0-9a-z])|(?:AC|SK)[0-9a-z]{24,}'
        || '|(?:pub)?key-[0-9a-f]{24,}'
        || '|[MNO][A-Za-z0-9_-]{20,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{20,}|[A-Za-z0-9]+\.atlasv1\.[A-Za-z0-9_=-]+)'
    -- A label, kept, and the value behind it.
    when 'header' then
        '(?i)((?:authorization|cookie)["'']?\s{0,3}[:=]\s{0,3}["'']?)'
        || '(?:(?:bearer|basic|token|digest|bot|apikey|negotiate|aws4-hmac-sha256)\s+)?'
        || '[^\s"'',;]{3,}(?:; ?[^\s"'';,=]+=[^\s"'';,]*)*'
    when 'password' then
        '(?i)((?:passw(?:or)?d|passwort|passphrase|pwd|secret|secret[_ -]?key'
        || '|client[_ -]?secret)["'']?\s{0,3}(?:[:?]{0,2}=|=>|:)\s{0,3}["'']?)'
        || '(?!masked(?![a-z0-9])|secret:masked|\$\{)[^\s"'',;&<>]{4,}'
    when 'assignment' then
        '(?i)((?:token|(?:api|access|auth|private|account|client|service|encryption|signing|shared|license'
        || '|subscription|storage|master)[_ .-]?key'
        || '|auth|login|credentials?|signature|sourcegraph|[?&](?:sig|key|code|sid)|jsessionid'
        || '|session[_-]?id)(?:["''] ?, ?["'']'
        || '|["'']?\s{0,3}(?:[:?]{0,2}=|=>|:)\s{0,3}["'']?)|(?:bearer'
        || '|basic)\s+)[a-z_~.+/=%-]{0,40}[0-9][a-z0-9_~.+/=%-]{10,}'
    when 'iban' then
        '(?i)(?<![a-z0-9_])(?:(?:ad|ae|ba|be|de|ee)[0-9]{2}(?: ?[0-9]{4}){3,5}[0-9]{0,3}'
        || '|(?:al|at|az|bg|bh|br|by|ch|cr|cy|cz|dk|do|eg|es|fi|fo|fr|gb|ge|gi|gl|gr|gt|hr|hu|ie|il|iq|is|it|jo|kw|kz|lb'
        || '|lc|li|lt|lu|lv|ly'
        || '|mc|md|me|mk|mr|mt|mu|nl|no|pk|pl|ps|pt|qa|ro|rs|sa|sc|se|si|sk|sm|st|sv|tl|tn|tr|ua|va|vg|xk)[0-9]{2}'
        || '(?: [a-z0-9]{4} [0-9]{4}(?: [a-z0-9]{4}){1,6}(?: [a-z0-9]{1,4})?'
        || '|[a-z]{0,4}[0-9]{5}[a-z0-9]{2,25}))(?![a-z0-9_])'
    when 'card' then
        '(?<![0-9A-Za-z_./-])(?:4[0-9]{12}(?:[0-9]{3}){0,2}|(?:5[0-9]|6[0-9]|2[2-7]|35)[0-9]{14}|(?:34|37)[0-9]{13}'
        || '|(?:2131|1800)[0-9]{11}'
        || '|3[0689][0-9]{12}|(?:50|5[6-9]|6[0-9])[0-9]{10,17}|[2-6][0-9]{3}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?'
        || '|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})'
        || '(?![0-9A-Za-z_]|[.-][0-9A-Za-z])'
    when 'ssn' then
        '(?<![0-9A-Za-z_./-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9A-Za-z_]|[.-][0-9])'
    -- Seven digits with little between them; a card's or an account's many.
    when 'digits' then
        '[0-9](?:[ ().x/-]{0,3}[0-9]){6}'
    when 'many_digits' then
        '[0-9]{12}|[0-9]{4,6}[ -][0-9]{4,6}[ -][0-9]{4}'
    when 'phone_labelled' then
        '(?i)((?<![a-z])(?:tele)?(?:phone|mobile|cell|fax|tel|whatsapp|msisdn)(?:[ _-]?(?:number|num|no'
        || '|nr))?\.?["'']?\s{0,3}[:=#]?\s{0,3}["'']?)'
        || '[+(]?[0-9][0-9 ().-]{4,}[0-9](?![0-9a-z_])'
    when 'phone_abroad' then
        '(?:(?<![0-9A-Za-z_])\+[0-9][0-9 .()/-]{5,}[0-9]'
        || '|(?<![0-9A-Za-z_)])\(0?[0-9]{1,4}\)[ .-]?[0-9]{2,4}(?:[ .-]?[0-9]{2,5})+)'
        || '(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![0-9A-Za-z_%]|[.,:/-][0-9])'
    when 'phone' then
        '(?<![0-9A-Za-z_./$€£#,-])(?:'
        || '(?:(?:00[0-9]{1,2}|1)[ .-])?[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}'
        || '|[0-9]{3}(?:[ -][0-9]{2,4}){2,4}|[0-9]{2}[ -][0-9]{3,4}(?:[ -][0-9]{2,4})+'
        || '|[0-9]{2}[ -][0-9]{2}[ -](?:[0-9]{3}[ -][0-9]{2,4}|[0-9]{2}(?:[ -][0-9]{2})+)|0[0-9](?:\.[0-9]{2}){4}'
        || '|[0-9]{2} [0-9]{6}|[6-9][0-9]{4}[ -][0-9]{5}|0[0-9]{2,4}[ -][0-9]{3,8}(?:[ -][0-9]{2,4})*'
        || '|0[0-9]{3}(?:[ -][0-9]{2}){3}'
        || '|0[1-9][0-9]{8,9}|(?<![=:])[2-9][0-9]{2}[2-9][0-9]{6})'
        || '(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![0-9A-Za-z_%]|[.,:/-][0-9]| ?(?:ms|us|s|sec|seconds|min|bytes|[kMGT]i?B'
        || '|rows|items|events|tokens|records|requests|companies|USD|EUR)(?![A-Za-z]))'
    -- Two groups say little: a house number and a street's name behind them are an address.
    when 'phone_short' then
        '(?<![0-9A-Za-z_./$€£#,-])(?:[0-9]{3}[ -]|(?:[03-9][0-9]|1[0-8]|2[1-9])[0-9]{2} )[0-9]{4}'
        || '(?![0-9A-Za-z_%]|[.,:/-][0-9]| ?(?:ms|us|s|sec|seconds|min|bytes|[kMGT]i?B|rows|items|events|tokens|records'
        || '|requests|companies|USD|EUR)(?![A-Za-z])| [A-Z][a-z]|(?: [a-z]+)* (?:street|avenue|road|drive|lane|square'
        || '|suite)(?![a-z]))'
    -- An object of short numbers, flags and lower-case words, and what a key that needs a closer look holds.
    when 'flat' then
        '^\{(?:"[a-z][a-z_]*[0-9]{0,3}": (?:-?[0-9.]{1,11}|true|false|null|"[a-z_.-]{0,24}")(?:, )?)*\}$'
    when 'odd_word' then
        'pass|pwd|secret|token"|auth|cookie|key"|credential|bearer|session|otp|pin|cv[vc]|csrf|jwt|signature|prompt|message'
        || '|completion|body|content|html|transcript|instruction|choice|chat|conversation|phone|tel|mobile|cell|fax|msisdn'
        || '|whatsapp|ssn|card|iban|pan|cc"|social|tax_id|national|account|name|address|street|birth|dob|_(?:value|text|raw|n)'
    when 'mask' then
        '^(?:email|phone|card|iban|ssn|secret|number|key):(?:masked|h[0-9]+:[0-9a-f]{32})$'
    when 'identifier' then
        '^[A-Za-z0-9_.:/+-]{0,64}$'
    when 'key' then
        '^[A-Za-z0-9_.:/+ -]{0,64}$'
    when 'url' then
        '^https?://[A-Za-z0-9_.:/+~%-]+(?:[?#].*)?$'
end;
comment on function obs._pattern(text) is 'A regular expression of redaction, by its name.';
