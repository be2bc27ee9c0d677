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
        '[@%\\&=]|[^ -~]|[0-9][A-Za-z]|[A-Za-z]{3}[0-9]|[A-Z][a-z]{1,2}[A-Z]|[0-9]{7}|[0-9][0-9][ ).-][ (.-]?[0-9][0-9]|xox'
    when 'encoded' then
        '%[2-7][0-9A-Fa-f]|%EF%B[CB]%|%ef%b[cb]%|&#[0-9xX]|&commat;|\\u00'
    when 'encoded_at' then
        '&#0{0,4}64;|&#[xX]0{0,4}40;|&commat;|\\{1,4}u0040|%EF%BC%A0|%EF%B9%AB|%ef%bc%a0|%ef%b9%ab'
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
        '(?i)(?<![a-z0-9._+-])[a-z0-9._+-]{1,64}(?: ?[(\[{<] ?at ?[\])}>] ?[a-z0-9-]+(?: ?(?:\.|[(\[{<] ?dot ?[\])}>]| dot ) ?[a-z0-9-]+)+'
        || '| at [a-z0-9-]+(?: dot [a-z0-9-]+)* dot (?:com|org|net|edu|gov|info|biz|io|co|ai|app|dev|eu|us|uk|de|fr|es|it|nl|ch|at|be|pl|se)(?![a-z0-9]))'
    -- Twelve characters of base64 that decode to printable ASCII: each quad has these sextets.
    when 'base64_text' then
        '(?:[I-Za-f][C-HS-Xi-nyz0-3][A-Za-z0-9+/_-]{2}){3}'
    when 'base64_run' then
        '(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{12,}(?:={1,2})?'
    when 'plain_email' then
        '[A-Za-z0-9._%+~-]+@[A-Za-z0-9-]+\.[A-Za-z]'
    when 'url_login' then
        '://[^\s/@:"]*:[^\s/@"]+@'
    when 'private_key' then
        '-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-[^-])*(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?'
    when 'token' then
        '(?<![A-Za-z0-9_])(?:'
        || '(?:sk|rk|pk|shippo|duffel|live|test|sandbox)_(?:live|test|prod)?_?[A-Za-z0-9_-]{16,}'
        || '|sk-(?:(?:proj|admin|svcacct|ant|or|lf)[a-z0-9]*-[A-Za-z0-9_-]{16,}|[A-Za-z0-9]{20,})'
        || '|gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}'
        || '|gl(?:pat|ptt|cbt|rtr?|dt|ft|oas|soat|imt|agent|ffct)-[A-Za-z0-9_-]{20,}|GR1348941[A-Za-z0-9_-]{20,}'
        || '|xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}'
        || '|ey[IJ][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,3}'
        || '|[0-9a-f]{32}-us[0-9]{1,2}(?![0-9a-z])'
        || '|(?:bot)?[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}'
        || '|(?:AC|SK)[0-9a-z]{32}(?![A-Za-z0-9])'
        || '|[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}'
        || '|[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}'
        || '|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}'
        || '|A[KS]IA[A-Z0-9]{16}|LTAI[A-Za-z0-9]{16,}|AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}'
        || '|sha256~[A-Za-z0-9_-]{40,}|FlyV1 fm[12][ar]?_[A-Za-z0-9+/=,_]{20,}|fm[12][ar]?_[A-Za-z0-9+/=,_]{60,}'
        || '|s-s4t2[a-z]{2}-[0-9a-f]{60,}|sgp_[A-Za-z0-9_]{40,}'
        || '|(?:npm|ntn|hf|pnu|rdme|tfp|shp[a-z]{2}|sq[a-z]|glsa|glc|rubygems|sntry[a-z]|pscale_[a-z]+|do[a-z]_v1|lin_[a-z]+|api_org|sm_[a-z]{3}|CLOJARS)'
        || '_[A-Za-z0-9_=.+/-]{30,}'
        || '|(?:pul|pplx|xkeysib|NR[A-Z]{2}|PMAK|fio-u|tk-us|HRKU|p8e|pypi|sq0[a-z]{3}|FLWSECK(?:_TEST)?|AGE-SECRET-KEY)-[A-Za-z0-9_-]{20,}'
        || '|(?:pub)?key-[0-9a-f]{32}|dapi[0-9a-h]{32}|EZ[AT]K[A-Za-z0-9]{50,}|AKCp?[A-Za-z0-9]{40,}|EA[AM][A-Z][A-Za-z0-9]{60,}'
        || '|(?:hv[sbr]|dp\.[a-z]{2,5}|dt0[a-z]01|sl|pat|pk)\.[A-Za-z0-9_-]{20,}(?:\.[A-Za-z0-9_-]+)*'
        || '|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,})={0,2}'
    -- A label, kept, and the value behind it.
    when 'header' then
        '(?i)(authorization["'']?\s{0,3}[:=]\s{0,3}["'']?(?:(?:bearer|basic|token|digest|bot|apikey|negotiate|aws4-hmac-sha256)\s+)?'
        || '|cookie["'']?\s{0,3}[:=]\s{0,3}["'']?)(?!secret:masked)[^\s"'',]{4,}(?:; ?[^\s"'';,]+)*'
    when 'password' then
        '(?i)((?:passw(?:or)?d|passwort|passphrase|pwd|secret|secret[_ -]?key|client[_ -]?secret)["'']?\s{0,3}(?:[:?]{0,2}=|=>|:)\s{0,3}["'']?)'
        || '(?!masked(?![a-z0-9])|secret:masked|\$\{)[^\s"'',;&<>]{4,}'
    when 'assignment' then
        '(?i)((?:token|(?:api|access|auth|private|account|client|service|encryption|signing|shared|license|subscription|storage|master)[_ .-]?key'
        || '|auth|login|credentials?|signature|[?&](?:sig|key|code|sid)|jsessionid|session[_-]?id)(?:["''] ?, ?["'']'
        || '|["'']?\s{0,3}(?:[:?]{0,2}=|=>|:)\s{0,3}["'']?)|(?:bearer|basic)\s+)[a-z_~.+/=%-]{0,40}[0-9][a-z0-9_~.+/=%-]{10,}'
    when 'iban' then
        '(?i)(?<![a-z0-9_])(?:(?:ad|ae|ba|be|de|ee)[0-9]{2}(?: ?[0-9]{4}){3,5}[0-9]{0,3}'
        || '|(?:al|at|az|bg|bh|br|by|ch|cr|cy|cz|dk|do|eg|es|fi|fo|fr|gb|ge|gi|gl|gr|gt|hr|hu|ie|il|iq|is|it|jo|kw|kz|lb|lc|li|lt|lu|lv|ly'
        || '|mc|md|me|mk|mr|mt|mu|nl|no|pk|pl|ps|pt|qa|ro|rs|sa|sc|se|si|sk|sm|st|sv|tl|tn|tr|ua|va|vg|xk)[0-9]{2}'
        || '(?: [a-z0-9]{4} [0-9]{4}(?: [a-z0-9]{4}){1,6}(?: [a-z0-9]{1,4})?|[a-z]{0,4}[0-9]{5}[a-z0-9]{2,25}))(?![a-z0-9_])'
    when 'card' then
        '(?<![0-9A-Za-z_./-])(?:4[0-9]{12}(?:[0-9]{3}){0,2}|(?:5[0-9]|6[0-9]|2[2-7]|35)[0-9]{14}|(?:34|37)[0-9]{13}|(?:2131|1800)[0-9]{11}'
        || '|3[0689][0-9]{12}|(?:50|5[6-9]|6[0-9])[0-9]{10,17}|[2-6][0-9]{3}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})'
        || '(?![0-9A-Za-z_]|[.-][0-9A-Za-z])'
    when 'ssn' then
        '(?<![0-9A-Za-z_./-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9A-Za-z_]|[.-][0-9])'
    when 'phone_labelled' then
        '(?i)((?<![a-z])(?:tele)?(?:phone|mobile|cell|fax|tel|whatsapp|msisdn)(?:[ _-]?(?:number|num|no|nr))?\.?["'']?\s{0,3}[:=#]?\s{0,3}["'']?)'
        || '(?:\+|\()?[0-9](?:[ ().-]{0,3}[0-9]){5,14}(?![0-9a-z_])'
    when 'phone' then
        '(?:(?<![0-9A-Za-z_])\+[0-9](?:[ .()/-]{0,3}[0-9]){6,14}'
        || '|(?<![0-9A-Za-z_)])\(0?[0-9]{1,4}\)[ .-]?[0-9]{2,4}(?:[ .-]?[0-9]{2,5}){1,3}'
        || '|(?<![0-9A-Za-z_./$€£#,-])(?:'
        || '(?:(?:00[0-9]{1,2}|1)[ .-])?[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}'
        || '|[0-9]{3}(?:[ -][0-9]{2,4}){2,4}|[0-9]{3}[ -][0-9]{4}'
        || '|[0-9]{2}[ -][0-9]{3,4}(?:[ -][0-9]{2,4}){1,3}'
        || '|[0-9]{2}[ -][0-9]{2}[ -](?:[0-9]{3}[ -][0-9]{2,4}|[0-9]{2}[ -][0-9]{2}(?:[ -][0-9]{2})?)'
        || '|0[0-9](?:\.[0-9]{2}){4}'
        || '|(?:[03-9][0-9]|1[0-8]|2[1-9])[0-9]{2} [0-9]{4}|[0-9]{2} [0-9]{6}|[6-9][0-9]{4}[ -][0-9]{5}'
        || '|0[0-9]{2,4}[ -][0-9]{3,8}(?:[ -][0-9]{2,4}){0,3}|0[0-9]{3}(?:[ -][0-9]{2}){3}'
        || '|0[1-9][0-9]{8,9}|(?<![=:])[2-9][0-9]{2}[2-9][0-9]{6}))'
        || '(?: ?(?:x|ext\.?) ?[0-9]{1,6})?'
        || '(?![0-9A-Za-z_%]|[.,:/-][0-9]| ?(?:ms|us|s|sec|seconds|min|bytes|[kMGT]i?B|rows|items|events|tokens|records|requests|companies|USD|EUR)(?![A-Za-z]))'
    -- A token of letters and digits in both cases that no language has.
    when 'mixed_run' then
        '(?<![A-Za-z0-9])[A-Za-z0-9]{24,}'
    -- Keys of extra, in snake case.
    when 'key_secret' then
        '(?:^|_)(?:passw(?:or)?d|passphrase|pwd|secrets?|token|authorization|auth|cookies?|api_?key|apikey|(?:access|private|secret|signing|encryption)_key|credentials?|bearer|session|session_id|otp|pin|cvv|cvc|csrf)$'
    when 'key_prompt' then
        '(?:^|_)(?:prompts?|messages?|completions?|body|contents?|html|transcript|instructions|choices|chat|conversation)$'
    when 'key_number' then
        '(?:^|_)(?:phone|phones|telephone|tel|mobile|cell|cellphone|fax|msisdn|whatsapp|ssn|social_security|card|credit_card|cc|pan|iban|account|passport|tax_id|national_id)(?:_?(?:number|num|no|nr))?$'
    when 'key_personal' then
        '(?:^|_)(?:(?:first|last|full|given|family|middle|maiden|contact|person|customer|user)_?name|surname|address|street|birth_?(?:day|date)|date_of_birth|dob)$'
    when 'mask' then
        '^(?:email|phone|card|iban|ssn|secret|number|key):(?:masked|h[0-9]+:[0-9a-f]{32})$'
    when 'identifier' then
        '^[A-Za-z0-9_.:/+-]{0,64}$'
    when 'url' then
        '^https?://[A-Za-z0-9_.:/+~%-]+(?:[?#].*)?$'
end;
comment on function obs._pattern(text) is 'A regular expression of redaction, by its name.';
