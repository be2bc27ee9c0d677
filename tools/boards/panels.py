"""The four dashboards: the one description that both writers draw from."""

from __future__ import annotations

from boards.latency import LATENCY_BOARD
from boards.overview import TENANT_OVERVIEW
from boards.quality import QUALITY_BOARD
from boards.vendors import VENDOR_USAGE

BOARDS = (TENANT_OVERVIEW, VENDOR_USAGE, QUALITY_BOARD, LATENCY_BOARD)
