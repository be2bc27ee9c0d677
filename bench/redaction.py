"""What redaction costs: a message with something in it, and the longest that a hostile one can hold it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ground import ground, line, median

DIRTY = (
    "mail to jane.doe@acme-corp.example bounced",
    "timeout for +49 170 1234567",
    "card 4111 1111 1111 1111 refused",
    "HTTP 500: token=abc123def456ghi789jkl0",
    "duplicate key: Key (email)=(jane@acme.example) already exists",
    "GET /v2/validate?email=jane%40acme.example&ip=",
    "connect to postgres://u:secretpw@db failed",
    "IBAN DE89370400440532013000 invalid",
)
UNITS = (
    "@", "a@", "a@a.", '"@a', "%40", "%2540", "\\u0040", "&#64;", "token=", "token=a1", "token=abc1", "password=a",
    "secret: ", "secret=>", "key=1", "authorization: ", "auth: ", "Bearer ", "?code=", "login=", "sig=1", "://a:b",
    "cookie: a; ", "123 ", "1-1-", "00-", "(12) ", "4111 ", "9999999999 ", "DE12 3456 ", "GB12 ", "phone: 1 2", "AAAA",
    "YWFh", "eyJa.", "-----BEGIN PRIVATE KEY-----", "é", "＠", "\u200b", "\u0300\u0316", " at a dot ", "1:AA", "Ab",
    "x1",
)  # fmt: skip
TIMED = """
create function obs.timed_redaction(p_rounds int, p_text text) returns float8 language plpgsql as $$
declare
    v_began timestamptz;
    v_best float8 := 'infinity';
begin
    for v_round in 1..p_rounds loop
        v_began := clock_timestamp();
        perform obs._redact_text('a', p_text);
        v_best := least(v_best, extract(epoch from clock_timestamp() - v_began) * 1e6);
    end loop;
    return v_best;
end
$$
"""


def hostile() -> Iterator[str]:
    for size in (4000, 16_384):
        for unit in UNITS:
            yield (unit * size).encode()[:size].decode(errors="ignore")
        yield " ".join(f"u{n}@b{n}.example" for n in range(size))[:size]
        yield " ".join(f"token=abc{n}defghijklmnop" for n in range(size))[:size]


def main(rounds: int = 300) -> list[str]:
    with ground() as server, server.connect() as conn:
        conn.autocommit = True
        conn.execute("select obs.create_tenant('a')")
        conn.execute("set role obs_owner")
        conn.execute(TIMED)

        def microseconds(text: str, times: int) -> float:
            row = conn.execute("select obs.timed_redaction(%s, %s)", (times, text)).fetchone()
            assert row is not None
            return float(row[0])

        dirty = [microseconds(text, rounds) for text in DIRTY]
        clean = microseconds("connection refused by upstream server", rounds)
        worst = max((microseconds(text, 3), text[:12]) for text in hostile())
    return [
        line("redacting a message, median", f"{median(dirty):.0f} µs", f"a clean one {clean:.1f} µs", "", "≤ 25 µs"),
        line("the longest a hostile text holds it", f"{worst[0] / 1000:.1f} ms", repr(worst[1]), "", "≤ 5 ms"),
    ]


if __name__ == "__main__":
    print(*main(*map(int, sys.argv[1:])), sep="\n")
