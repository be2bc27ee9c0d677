"""Reports of runs and nights as one file: HTML with charts, Markdown, or PDF. `obs report` writes them.

It needs the extra `report`. What a report says is what SQL says to the login that asks: obs.run_stats, obs.explain,
the views obs.dash_*, obs.slo_status and obs.last_night.
"""

from __future__ import annotations

from .content import of_last_night, of_run
from .forms import FORMS, rendered
from .parts import Report
from .wording import brief, night_line

__all__ = ["FORMS", "Report", "brief", "night_line", "of_last_night", "of_run", "rendered"]
