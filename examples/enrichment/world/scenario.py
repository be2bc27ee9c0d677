"""What goes wrong on which night: a fixed function of company, tenant and night, never of chance."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

TENANTS = ("alba", "brisk")


def draw(*key: object) -> float:
    """A number in [0, 1) that is the same for the same key, on every machine."""
    digest = hashlib.sha256("/".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


@dataclass(frozen=True)
class Scenario:
    """One tenant's night: what the sites and vendors do to the pipeline."""

    tenant: str
    night: int
    page_trouble: float = 0.0  # share of sites that fail on top of the everyday failures
    openai_burst: float = 0.0  # share of companies whose first scoring calls are answered 429
    openai_at_once: int | None = None  # requests OpenAI works on at once; further ones are answered 429. None: all
    lusha_credits: int | None = None  # calls the Lusha account still has; None: enough
    min_employees: int = 10  # what the tenant's ideal-customer rule asks for

    def page(self, domain: str) -> str:
        """How the site answers tonight."""
        if draw("trouble", domain, self.night) < self.page_trouble:
            return ("reset", "server_error", "forbidden", "hang")[int(draw("kind", domain, self.night) * 4)]
        everyday = draw("page", domain, self.night)
        for share, outcome in EVERYDAY:
            if everyday < share:
                return outcome
            everyday -= share
        return "ok"


EVERYDAY = (
    (0.06, "redirect"),
    (0.04, "slow"),
    (0.03, "not_found"),
    (0.02, "server_error"),
    (0.01, "reset"),
    (0.01, "hang"),
)

TROUBLES: dict[tuple[str, int], dict[str, float | int]] = {
    ("brisk", 2): {"page_trouble": 0.38},
    ("alba", 2): {"openai_burst": 0.25},
    ("alba", 3): {"lusha_credits": 12},
    ("brisk", 3): {"min_employees": 1500},
}


def scenario(tenant: str, night: int) -> Scenario:
    """Night 1 is healthy; 2 brings crawl trouble and a 429 burst; 3 a spent quota and a rule that is too narrow."""
    return Scenario(tenant, night, **TROUBLES.get((tenant, night), {}))  # type: ignore[arg-type]
