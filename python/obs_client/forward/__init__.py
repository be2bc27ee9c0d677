"""The forwarder: takes notifications out of the database and tells them to people. `obs forward` runs it.

It needs the extra `forward`. What it sends stands in the database; where the channels are and their secrets stand in
its own configuration.
"""

from __future__ import annotations

from .config import Config, load
from .forwarder import Forwarder
from .options import ConfigError

__all__ = ["Config", "ConfigError", "Forwarder", "load"]
