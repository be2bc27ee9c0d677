"""The regular expressions of redaction, each under its name: those of obs._pattern, letter for letter.

They keep to what PostgreSQL and Python read alike: no backreferences, one-character lookbehind, lookahead only behind
what has matched. Every open-ended repeat starts behind a boundary, which keeps backtracking linear.
"""

from __future__ import annotations

PATTERNS: dict[str, str] = {
    # What may be personal or secret at all: an address sign or a disguise of one, letters and digits in turn,
    # capitals inside words, seven digits, digits in groups.
    "suspect": (
        r"[@%\\&=]|[^ -~]|[0-9][A-Za-z]|[A-Za-z][0-9]|[A-Z][a-z][a-z]?[A-Z]|[0-9]{7}|[0-9][0-9][ ).-][ (.-]?[0-9][0-9]"
        r"|SKx"
    ),
    "encoded": (r"%[2-7][0-9A-Fa-f]|%EF%BC%A0|%ef%bc%a0|&#(?:64|x40);|&commat;|\\u00[2-7]"),
    "email": (
        r'(?:"[^"]*"|(?<![A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-])'
        r"[A-Za-z0-9._%+~#!$^\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+)"
        r"(?:@(?:"
        r"[0-9_-]*[A-Za-z\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff]"
        r"[A-Za-z0-9_%\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]*"
        r"(?:\.[A-Za-z0-9_%\u00a1-\u1fff\u2c00-\u2fff\u3040-\ufefe\U00010000-\U0010ffff-]+)*"
        r"|[0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.[A-Za-z][A-Za-z0-9-]*"
        r"|\[[^\]\s@]{1,64}\]))+"
    ),
    "email_spelled": (
        r"(?i)(?<![a-z0-9._+-])[a-z0-9._+-]+(?: ?[(\[{<] ?at ?[\])}>] ?[a-z0-9-]+(?: ?(?:\.|[(\[{<] ?dot ?[\])}>]"
        r"|dot ) ?[a-z0-9-]+)+"
        r"| at [a-z0-9-]+(?: dot [a-z0-9-]+)* dot (?:com|org|net|edu|gov|info|biz|io|co|ai|app|dev|eu|us|uk|de"
        r"|fr)(?![a-z0-9]))"
    ),
    # Twelve characters of base64 that decode to printable ASCII: each quad has these sextets.
    "base64_text": (r"(?:[I-Za-f][C-HS-Xi-nyz0-3][A-Za-z0-9+/_-]{2}){3}"),
    "base64_run": (r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{12,}(?:={1,2})?"),
    "plain_email": (r"(?<![A-Za-z0-9._%+~-])[A-Za-z0-9._%+~-]+@[A-Za-z0-9-]+\.[A-Za-z]"),
    "url_login": (r'://[^\s/@:"]*:[^\s/@"]+@'),
    "private_key": (
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[^-]"
        r"|-[^-])*(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?"
    ),
    # Every secret that is known by its shape holds such a run, and so do hashes and UUIDs, which are none.
    "long_run": (r"[A-Za-z0-9_~-]{20}"),
    "hash_or_uuid": (r"(?<![A-Za-z0-9_-])[0-9A-Fa-f-]{20,}(?![A-Za-z0-9_-])"),
    "token": (
        r"(?<![A-Za-z0-9_-])(?:(?:sk|rk|pk|shippo|duffel)_(?:live|test|prod)_|sk-(?:proj|admin|svcacct|ant|or"
        r"|lf)[a-z0-9]*-|gh[opsur]_|github_pat_"
        r"|gl(?:pat|ptt|cbt|rtr?|dt|ft|oas|soat|imt|agent|ffct)-|GR1348941|xox[a-z]-|xapp-|(?:bot)?[0-9]+:AA"
        r"|[A-Za-z0-9_~.]{3}[0-9]Q~"
        r"|A[KS]IA|LTAI|AIza|ya29\.|GOCSPX-|sha256~|fm[12][ar]?_|FlyV1 fm[12][ar]?_|s-s4t2[a-z]{2}-|sgp_|npm_|ntn_|hf_"
        r"|pnu_|rdme_|tfp_|shp[a-z]{2}_"
        r"|sq[a-z]_|glsa_|glc_|rubygems_|sntry[a-z]_|pscale_[a-z]+_|do[a-z]_v1_|lin_[a-z]+_|api_org_|sm_[a-z]{3}_"
        r"|CLOJARS_|pul-|pplx-|xkeysib-"
        r"|NR[A-Z]{2}-|PMAK-|fio-u-|tk-us-|HRKU-|p8e-|pypi-|sq0[a-z]{3}-|FLWSECK(?:_TEST)?-|AGE-SECRET-KEY-|dapi[0-9]"
        r"|EZ[AT]K|AKCp?|EA[AM][A-Z]"
        r"|(?:SG|hv[sbr]|dp\.[a-z]{2,5}|dt0[a-z]01)\.|ey[IJ][A-Za-z0-9_-]{6,}\.)[A-Za-z0-9_~=.+/-]{16,}"
    ),
    "token_shape": (
        r"(?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9]{20,}|[0-9a-f]{16,}-us[0-9]{1,2}(?![0-9a-z])|(?:AC|SK)[0-9a-z]{24,}"
        r"|(?:pub)?key-[0-9a-f]{24,}"
        r"|[MNO][A-Za-z0-9_-]{20,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{20,}|[A-Za-z0-9]+\.atlasv1\.[A-Za-z0-9_=-]+)"
    ),
    # A label, kept, and the value behind it.
    "header": (
        r"""(?i)((?:authorization|cookie)["']?\s{0,3}[:=]\s{0,3}["']?)"""
        r"(?:(?:bearer|basic|token|digest|bot|apikey|negotiate|aws4-hmac-sha256)\s+)?"
        r"""[^\s"',;]{3,}(?:; ?[^\s"';,=]+=[^\s"';,]*)*"""
    ),
    "password": (
        r"(?i)((?:passw(?:or)?d|passwort|passphrase|pwd|secret|secret[_ -]?key"
        r"""|client[_ -]?secret)["']?\s{0,3}(?:[:?]{0,2}=|=>|:)\s{0,3}["']?)"""
        r"""(?!masked(?![a-z0-9])|secret:masked|\$\{)[^\s"',;&<>]{4,}"""
    ),
    "assignment": (
        r"(?i)((?:token|(?:api|access|auth|private|account|client|service|encryption|signing|shared|license"
        r"|subscription|storage|master)[_ .-]?key"
        r"|auth|login|credentials?|signature|sourcegraph|[?&](?:sig|key|code|sid)|jsessionid"
        r"""|session[_-]?id)(?:["'] ?, ?["']"""
        r"""|["']?\s{0,3}(?:[:?]{0,2}=|=>|:)\s{0,3}["']?)|(?:bearer"""
        r"|basic)\s+)[a-z_~.+/=%-]{0,40}[0-9][a-z0-9_~.+/=%-]{10,}"
    ),
    "iban": (
        r"(?i)(?<![a-z0-9_])(?:(?:ad|ae|ba|be|de|ee)[0-9]{2}(?: ?[0-9]{4}){3,5}[0-9]{0,3}"
        r"|(?:al|at|az|bg|bh|br|by|ch|cr|cy|cz|dk|do|eg|es|fi|fo|fr|gb|ge|gi|gl|gr|gt|hr|hu|ie|il|iq|is|it|jo|kw|kz|lb"
        r"|lc|li|lt|lu|lv|ly"
        r"|mc|md|me|mk|mr|mt|mu|nl|no|pk|pl|ps|pt|qa|ro|rs|sa|sc|se|si|sk|sm|st|sv|tl|tn|tr|ua|va|vg|xk)[0-9]{2}"
        r"(?: [a-z0-9]{4} [0-9]{4}(?: [a-z0-9]{4}){1,6}(?: [a-z0-9]{1,4})?"
        r"|[a-z]{0,4}[0-9]{5}[a-z0-9]{2,25}))(?![a-z0-9_])"
    ),
    "card": (
        r"(?<![0-9A-Za-z_./-])(?:4[0-9]{12}(?:[0-9]{3}){0,2}|(?:5[0-9]|6[0-9]|2[2-7]|35)[0-9]{14}|(?:34|37)[0-9]{13}"
        r"|(?:2131|1800)[0-9]{11}"
        r"|3[0689][0-9]{12}|(?:50|5[6-9]|6[0-9])[0-9]{10,17}|[2-6][0-9]{3}(?:[ -][0-9]{4}){3}(?:[ -][0-9]{1,3})?"
        r"|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5})"
        r"(?![0-9A-Za-z_]|[.-][0-9A-Za-z])"
    ),
    "ssn": (r"(?<![0-9A-Za-z_./-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9A-Za-z_]|[.-][0-9])"),
    # Seven digits with little between them; a card's or an account's many.
    "digits": (r"[0-9](?:[ ().x/-]{0,3}[0-9]){6}"),
    "many_digits": (r"[0-9]{12}|[0-9]{4,6}[ -][0-9]{4,6}[ -][0-9]{4}"),
    "phone_labelled": (
        r"(?i)((?<![a-z])(?:tele)?(?:phone|mobile|cell|fax|tel|whatsapp|msisdn)(?:[ _-]?(?:number|num|no"
        r"""|nr))?\.?["']?\s{0,3}[:=#]?\s{0,3}["']?)"""
        r"[+(]?[0-9][0-9 ().-]{4,}[0-9](?![0-9a-z_])"
    ),
    "phone_abroad": (
        r"(?:(?<![0-9A-Za-z_])\+[0-9][0-9 .()/-]{5,}[0-9]"
        r"|(?<![0-9A-Za-z_)])\(0?[0-9]{1,4}\)[ .-]?[0-9]{2,4}(?:[ .-]?[0-9]{2,5})+)"
        r"(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![0-9A-Za-z_%]|[.,:/-][0-9])"
    ),
    "phone": (
        r"(?<![0-9A-Za-z_./$€£#,-])(?:"
        r"(?:(?:00[0-9]{1,2}|1)[ .-])?[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}"
        r"|[0-9]{3}(?:[ -][0-9]{2,4}){2,4}|[0-9]{2}[ -][0-9]{3,4}(?:[ -][0-9]{2,4})+"
        r"|[0-9]{2}[ -][0-9]{2}[ -](?:[0-9]{3}[ -][0-9]{2,4}|[0-9]{2}(?:[ -][0-9]{2})+)|0[0-9](?:\.[0-9]{2}){4}"
        r"|[0-9]{2} [0-9]{6}|[6-9][0-9]{4}[ -][0-9]{5}|0[0-9]{2,4}[ -][0-9]{3,8}(?:[ -][0-9]{2,4})*"
        r"|0[0-9]{3}(?:[ -][0-9]{2}){3}"
        r"|0[1-9][0-9]{8,9}|(?<![=:])[2-9][0-9]{2}[2-9][0-9]{6})"
        r"(?: ?(?:x|ext\.?) ?[0-9]{1,6})?(?![0-9A-Za-z_%]|[.,:/-][0-9]| ?(?:ms|us|s|sec|seconds|min|bytes|[kMGT]i?B"
        r"|rows|items|events|tokens|records|requests|companies|USD|EUR)(?![A-Za-z]))"
    ),
    # Two groups say little: a house number and a street's name behind them are an address.
    "phone_short": (
        r"(?<![0-9A-Za-z_./$€£#,-])(?:[0-9]{3}[ -]|(?:[03-9][0-9]|1[0-8]|2[1-9])[0-9]{2} )[0-9]{4}"
        r"(?![0-9A-Za-z_%]|[.,:/-][0-9]| ?(?:ms|us|s|sec|seconds|min|bytes|[kMGT]i?B|rows|items|events|tokens|records"
        r"|requests|companies|USD|EUR)(?![A-Za-z])| [A-Z][a-z]|(?: [a-z]+)* (?:street|avenue|road|drive|lane|square"
        r"|suite)(?![a-z]))"
    ),
    # An object of short numbers, flags and lower-case words, and what a key that needs a closer look holds.
    "flat": (r'^\{(?:"[a-z][a-z_]*[0-9]{0,3}": (?:-?[0-9.]{1,11}|true|false|null|"[a-z_.-]{0,24}")(?:, )?)*\}$'),
    "odd_word": (
        r'pass|pwd|secret|token"|auth|cookie|key"|credential|bearer|session|otp|pin|cv[vc]|csrf|jwt|signature|prompt|message'
        r"|completion|body|content|html|transcript|instruction|choice|chat|conversation|phone|tel|mobile|cell|fax|msisdn"
        r'|whatsapp|ssn|card|iban|pan|cc"|social|tax_id|national|account|name|address|street|birth|dob|_(?:value|text|raw|n)'
    ),
    "mask": (r"^(?:email|phone|card|iban|ssn|secret|number|key):(?:masked|h[0-9]+:[0-9a-f]{32})$"),
    "identifier": (r"^[A-Za-z0-9_.:/+-]{0,64}$"),
    "key": (r"^[A-Za-z0-9_.:/+ -]{0,64}$"),
    "url": (r"^https?://[A-Za-z0-9_.:/+~%-]+(?:[?#].*)?$"),
}
