"""What log files say of a run, held against the database: every event by its id, every total by counting again."""

from .compare import LIMIT_PCT, Finding, Reconciliation, reconcile

__all__ = ["LIMIT_PCT", "Finding", "Reconciliation", "reconcile"]
