"""The regular expressions of redaction, each under its name: those of obs._pattern, letter for letter.

They keep to what PostgreSQL and Python read alike: no backreferences, one-character lookbehind, lookahead only behind
what has matched. Every open-ended repeat starts behind a boundary, which keeps backtracking linear.
"""

from __future__ import annotations

PATTERNS: dict[str, str] = {
    # What may be personal or secret at all: an address sign or a disguise of one, letters and digits in turn,
    # capitals inside words, seven digits, digits in groups.
    "suspect": (
        r"[@%\\&=]|[^ -~]|[0-9][A-Za-z]|[A-Za-z][0-9]|[A-Z][a-z][a-z]?[A-Z]|[0-9]{7}"
        r"|[0-9][0-9][ ).-][ (.-]?[0-9][0-9]|SKx|[(\[{<] ?[aA@][tT]? ?[\])}>]"
    ),
    # What is not seen: control characters, soft hyphen, zero-width and directional marks, variation selectors.
    "unseen": (
        r"[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-"
        r"\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-"
        r"\u2069\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
    ),
    "odd_run": (
        r"[^ -~\u00a0-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u20cf\u2100-\u3029\u3030-\u3098\u309b-\ua66e\uac00-"
        r"\ud7ff\uff00-\uffef]{32}"
    ),
    # A letter before an apostrophe is a name's, O'Neil, unless it marks a string of a language: b'…', N'…', E'…'.
    "email": (
        r'(?:"[^"]*"|(?<![A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-])(?:'
        r"(?:[A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]{2,}"
        r"|[ACDG-MO-QSTVWYZacdg-mo-qstvwyz])['*])?"
        r"[A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+[}`*]?)(?:@(?:"
        r"[0-9_-]*[A-Za-z\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff]"
        r"[A-Za-z0-9_%\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]*(?:\."
        r"[A-Za-z0-9_%\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+)*"
        r"|[0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.[A-Za-z][A-Za-z0-9-]*|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z.-])"
        r"|\[[^\]\s@]+\]))+"
    ),
    # What stands behind a sign and is no host: checkout@v4, app@sha256:9f86….
    "version": (r"@(v[0-9]+(?:\.[0-9]+)*(?:-[a-z]+[0-9.]*)?(?![A-Za-z0-9_-]|\.[A-Za-z])|sha(?:256|512):)"),
    "email_spelled": (
        r"(?i)(?<![a-z0-9._+\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-])(?:"
        r"[a-z0-9._+\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+(?:(?: ?[(\[{<] ?(?:dot"
        r"|\.) ?[\])}>] ?[a-z0-9._+\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+)* ?[(\[{<] "
        r"?(?:at|@) ?[\])}>] ?[a-z0-9\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+(?: ?(?:\."
        r"|[(\[{<] ?(?:dot|\.) ?[\])}>]|dot ) ?"
        r"[a-z0-9\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+)+|(?: at (?!the |a "
        r"|an )[a-z0-9-]+(?: dot [a-z0-9-]+)* dot |_at_[a-z0-9-]+(?:_dot_[a-z0-9-]+)*_dot_)(?:com|org|net|edu"
        r"|gov|info|biz|io|co|ai|app|dev|eu|us|uk|de|fr)(?![a-z0-9])|@[ \t\r\n]{1,2}[a-z0-9-]+(?:\.[a-z0-9-]+)"
        r"*\.(?:com|org|net|edu|gov|info|biz|io|co|ai|app|dev|eu|us|uk|de|fr)(?![a-z0-9]))"
        r"|[a-z0-9_+-]+\.[a-z0-9._+-]+[ \t\r\n]{1,2}@[ \t\r\n]{0,2}[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org"
        r"|net|edu|gov|info|biz|io|co|ai|app|dev|eu|us|uk|de|fr)(?![a-z0-9]))"
    ),
    # The address sign in base64, wherever its quad begins; then whole lines and runs of it, and of hexadecimal digits.
    "base64_at": (r"(?:Q[A-P]|[EUk0][A-D]|[BFJNRVZdhlptx159]A)[A-Za-z0-9+/_\r\n-]{4}"),
    "base64_run": (r"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{56,}\r?\n)*[A-Za-z0-9+/_-]{8,}(?:={1,2})?"),
    "hex_run": (r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{12,}"),
    # Bytes that are no letters stand there in octal.
    "decoded_email": (r"[A-Za-z0-9_%+~-]@(?:[A-Za-z0-9-]|\\3[0-3][0-7]\\2[0-7][0-7]|\\+u[0-9a-f]{4})+\.[A-Za-z]"),
    "url_login": (r'://[^\s/@:"]*:[^\s/@"]+@'),
    "private_key": (
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[^-]"
        r"|-[^-])*(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?"
    ),
    # Every secret that is known by its shape holds such a run, and so do hashes, UUIDs and names, which are none.
    "long_run": (r"[A-Za-z0-9_~-]{20}"),
    "plain_run": (r"(?<![A-Za-z0-9_-])(?:[0-9A-Fa-f-]{20,}|[a-z_-]{20,})(?![A-Za-z0-9_-])"),
    # How secrets begin that are known by their shape; _is_secret knows their lengths.
    "token": (
        r"(?<![A-Za-z0-9_-])(?:[A-Za-z0-9_~.]+Q~[A-Za-z0-9_~.-]+|(?:(?:[rs]k|shippo|duffel|rzp)_(?:live|test"
        r"|prod)_|gh[opsur]_|github_pat_|gl[a-z]+-|GR1348941|xox[a-z]-|xoxe\.xox[a-z]-|xapp-|sk-|(?:pub)?key-"
        r"|A(?:KIA|SIA|BIA|CCA|3T[A-Z0-9])|LTAI|AIza|ya29\.|GOCSPX-|sha256~|f[mo][12][ar]?_|s-s4t2[a-z]+-"
        r"|lsv2_[a-z]{2}_|ls__|apify_api_|tvly-|xai-|fc-|BSA|sgp_|npm_|ntn_|hf_|gsk_|pnu_|rdme_|tfp_"
        r"|shp[a-z]+_|dckr_[a-z]+_|sbp_|whsec_|sq[a-z]_|glsa_|glc_|rubygems_|sntry[a-z]_|pscale_[a-z]+_"
        r"|do[a-z]_v1_|lin_[a-z]+_|api_org_|sm_[a-z]at_|CLOJARS_|pul-|pplx-|xkeysib-|ops_eyJ|AT[AC]TT3"
        r"|NR[A-Z][A-Z]-|PMAK-|fio-u-|tk-us-|HRKU-|p8e-|pypi-|sq0[a-z]+-|FLWSECK|AGE-SECRET-KEY-|dapi[0-9a-f]"
        r"|EZ[AT]K|AKCp?|EA[AM][A-Z]|A3-|API-|4b1d|hooks\.slack\.com/[a-z]+/"
        r"|discord(?:app)?\.com/api/webhooks/[0-9]+/|hv[sbr]\.|dp\.[a-z]+\.|dt0[a-z]01\.|SG\.[A-Za-z0-9_-]+\."
        r"|[MNO][A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.|[A-Za-z0-9]+\.atlasv1\.|[0-9]+:AA|SK|AC)[A-Za-z0-9_~-]{8,}"
        r"|[0-9a-z]+-us[0-9]+|[A-Za-z0-9]+_[A-Za-z0-9]+_mmk)|(?<![A-Za-z0-9_.-])ico-[A-Za-z0-9]{32,}"
        r"|/bot[0-9]+:AA[A-Za-z0-9_-]+"
    ),
    # Its header closes the bracket it opens: in base64, at the end, 9, 0 or fQ.
    "jwt": (
        r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]*(?:9|0|fQ)={0,2}\.ey[IJ][A-Za-z0-9_-]+[A-Za-z0-9_=.+/-]*"
        r"|(?<![A-Za-z0-9_.-])ey[IJ][A-Za-z0-9_-]+(?:9|0|fQ)={0,2}\.[A-Za-z0-9_=.+/-]{16,}"
    ),
    # What every secret holds that is known by its shape, or by a label before it.
    "secret_run": (r"[A-Za-z0-9_~-]{20}|[0-9][A-Za-z0-9_~.+/=%-]{10}"),
    "value": (r"[0-9][A-Za-z0-9_~.+/=%-]{10}"),
    # A label, kept, and the value behind it.
    "header": (
        r'(?i)((?:authorization|cookie)(?:["'
        r"']?\s{0,3}[:=]\s{0,3}["
        r'"'
        r"']?|["
        r'"'
        r"'] ?, ?["
        r'"'
        r"']))(?!(?:required|missing"
        r"|invalid|failed|denied|expired|none|null|not|header|is|was|must)(?![a-z0-9_-]))(?:(?:bearer|basic"
        r'|token|digest|bot|apikey|negotiate|aws4-hmac-sha256)\s+)?[^\s"'
        r"',;]{3,}(?:; ?[^\s"
        r'"'
        r"';,=]+=[^\s"
        r'"'
        r"';,]*)*"
    ),
    "password": (
        r"(?i)((?:--)?(?:passw(?:or)?d|passwort|passphrase|pwd|secret|secret[_ -]?key|client[_ -]?secret"
        r'|[a-z]_pass|identified by)\\{0,4}["'
        r"']?(?:\s{0,8}(?:[:?]{0,2}=|[=-]?>|:)"
        r'|\s)\s{0,8}\\{0,4}["'
        r"']?)[^\s"
        r'"'
        r"',;&<>]{2,}"
    ),
    "assignment": (
        r"(?i)((?:(?:public|csrf|xsrf|page)[_ .-]?)?(?:token|(?:api|access|auth|private|account|client|service"
        r"|encryption|signing|shared|license|subscription|storage|master|app|application|consumer|deploy|database"
        r"|db|webhook)[_ .-]?key|auth|login|credentials?|creds|sourcegraph|[?&](?:sig|signature|x-amz-signature"
        r"""|key|code|sid)|jsessionid|session[_-]?id)(?:["'] ?, ?["']|["']?\s{0,3}(?:[:?]{0,2}=|=>|:)\s{0,3}["']?)"""
        r"|(?:bearer|basic)\s+)[a-z0-9_~.+/=%-]+"
    ),
    # Where an account number may begin: its country tells how long it is.
    "iban": (r"(?<![A-Za-z0-9_])[A-Za-z]{2}[0-9]{2} ?(?:[A-Za-z0-9]{4} ?[0-9]{4}|[0-9]{4} ?[A-Za-z0-9]{4})"),
    "card": (
        r"(?<![0-9A-Za-z_./-])(?:4[0-9]{12}(?:[0-9]{3}){0,2}|(?:5[0-9]|6[0-9]|2[2-7]|35|8[12])[0-9]{14}"
        r"|9792[0-9]{12}|(?:34|37)[0-9]{13}|(?:2131|1800)[0-9]{11}|3[0689][0-9]{12}|(?:50|5[6-9]"
        r"|6[0-9])[0-9]{10,17}|[2-6][0-9]{3}(?:[ .-][0-9]{4}){3}(?:[ -][0-9]{1,3})?"
        r"|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})(?![0-9A-Za-z_]|[.-][0-9A-Za-z])"
    ),
    "ssn": (r"(?<![0-9A-Za-z_./-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9A-Za-z_]|[.-][0-9])"),
    "ssn_labelled": (
        r"""(?i)((?<![a-z])(?:ssn|social security(?: (?:number|no\.?))?)["']?\s{0,3}(?:[:=#]"""
        r"""|is)?\s{0,3}["']?)[0-9]{9}(?![0-9a-z_])"""
    ),
    # Seven digits with little between them; a card's or an account's many.
    "digits": (r"[0-9](?:[ ().x/-]{0,3}[0-9]){6}"),
    "many_digits": (r"[0-9]{12}|[0-9]{4,6}[ .-][0-9]{4,6}[ .-][0-9]{4}"),
    "phone_labelled": (
        r"(?i)((?<![a-z])(?:tele)?(?:phone|mobile|cell|fax|tel|whatsapp|msisdn)(?:[ _-]?(?:number|num|no"
        r'|nr))?\.?["'
        r"']?\)?\s{0,3}[:=#]?\s{0,3}["
        r'"'
        r"'(]?)(?!(?:19|20)[0-9]{2}[./-][01][0-9][./-][0-3][0-9](?!"
        r"[0-9])|1[5-9][0-9]{8}(?:[0-9]{3})?(?![0-9]))[+(]?[0-9][0-9 ()./-]{4,}[0-9](?: ?(?:x"
        r"|ext\.?) ?[0-9]{1,6})?(?![0-9a-z_])"
    ),
    "phone_abroad": (
        r"(?:(?<![0-9A-Za-z_])\+[0-9][0-9 .()/-]{6,}[0-9]|(?<![0-9A-Za-z_)])\(0?[0-9]{1,4}\)[ ./-]?[0-9]{2,4}("
        r"?:[ ./-]?[0-9]{2,5})+)(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![0-9A-Za-z_%]|[.,:/-][0-9])"
    ),
    "phone": (
        r"(?<![0-9A-Za-z_./$€£#,-])(?:(?:(?:00[0-9]{1,3}|[0-9])[ .-])?[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}"
        r"|[0-9]{3}/[0-9]{3}-[0-9]{4}|[0-9]{2}/[0-9]{3}[ -][0-9]{2}[ -]?[0-9]{2}"
        r"|[0-9]{4}[ -][0-9]{3}[ -][0-9]{3}|00[1-9][0-9]{0,2}(?:[ -][0-9]{2,8}){2,5}|00[1-9][0-9]{8,12}"
        r"|0[0-9]{2,4}(?:[ ./-][0-9]{2,4}){2,4}|0[0-9]{2,4}/[0-9]{5,8}|0[1-9][ /-][0-9]{6,8}"
        r"|[0-9]{3}(?:[ -][0-9]{2,4}){2,4}|[0-9]{2}[ -][0-9]{3,4}(?:[ -][0-9]{2,4})+"
        r"|[0-9]{2}[ -][0-9]{2}[ -](?:[0-9]{3}[ -][0-9]{2,4}|[0-9]{2}(?:[ -][0-9]{2})+)"
        r"|[0-9]{2}(?:\.[0-9]{2}){4}|[0-9]{2} [0-9]{6}|[6-9][0-9]{4}[ -][0-9]{5}|0(?:[1-9][0-9]{1,3}"
        r"|0[1-9][0-9]{0,2})[ -][0-9]{3,8}(?:[ -][0-9]{2,4})*|0[0-9]{3}(?:[ -][0-9]{2}){3}|0[1-9][0-9]{8,9}"
        r"|(?<![=:(])[2-9][0-9]{2}[2-9][0-9]{6})(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![0-9A-Za-z_%]|[.,:/-][0-9]"
        r"| ?(?:ms|us|s|sec|seconds|min|bytes|[kMGT]i?B|rows|items|events|tokens|records|requests|companies"
        r"|USD|EUR)(?![A-Za-z]))"
    ),
    # Two groups say little: a house number and a street's name behind them are an address.
    "phone_short": (
        r"(?<![0-9A-Za-z_./$€£#,-])(?:[0-9]{3}[ -]|(?:[03-9][0-9]|1[0-8]"
        r"|2[1-9])[0-9]{2} )[0-9]{4}(?![0-9A-Za-z_%]|[.,:/-][0-9]| ?(?:ms|us|s|sec|seconds|min|bytes"
        r"|[kMGT]i?B|rows|items|events|tokens|records|requests|companies|USD|EUR)(?![A-Za-z])| [A-Z][a-z]"
        r"|(?: [a-z]+){0,6} (?:street|avenue|road|drive|lane|square|suite)(?![a-z]))"
    ),
    # An object of short numbers, flags and lower-case words, and what a key that needs a closer look holds.
    "flat": (r'^\{(?:"[a-z][a-z_]*[0-9]{0,3}": (?:-?[0-9.]{1,11}|true|false|null|"[a-z_.-]{0,24}")(?:, )?)*\}$'),
    "odd_word": (
        r'pass|pwd|secret|token"|auth|cookie|key"|credential|bearer|session|otp|pin|cv[vc]|csrf|jwt|signature'
        r"|prompt|message|completion|body|content|html|transcript|instruction|choice|chat|conversation|phone|tel"
        r'|mobile|cell|fax|msisdn|whatsapp|ssn|card|iban|pan|cc"|social|tax_id|national|account|name|address'
        r"|street|birth|dob|_(?:value|text|raw|n)"
    ),
    "mask": (r"^(?:email|phone|card|iban|ssn|secret|number|key):(?:masked|h[0-9]+:[0-9a-f]{32})\Z"),
    "no_identifier": (r"[^A-Za-z0-9_.:/+-]"),
    "no_key": (r"[^A-Za-z0-9_.:/+ -]"),
    "url": (r"^https?://[A-Za-z0-9_.:/+~%-]+(?:[?#](?:.|\n)*)?\Z"),
}
