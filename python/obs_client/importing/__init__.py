"""Log files into the database: every line once, whatever the files are called and however often they come.

A line is known by its `event_id`, or, without one, by the hash of its bytes and its place among equal lines. So a file
may be imported twice, renamed, rotated, compressed or half written, and an import may be killed and begun again.
"""

from .files import LogFileError
from .job import ImportOptions, import_files
from .report import Report, RunReport

__all__ = ["ImportOptions", "LogFileError", "Report", "RunReport", "import_files"]
