"""sqlite-utils without pandas, which it loads where that is installed and nothing here asks it for.

Pandas costs 0.4 seconds of processor time and 80 MB, in the window and in every process that reads files.
Whoever needs it later imports it as ever.
"""

import sys

_is_first = "pandas" not in sys.modules
if _is_first:
    sys.modules["pandas"] = None  # type: ignore[assignment]  # as Python's own words for "is not there"
try:
    from sqlite_utils import Database, Migrations
finally:
    if _is_first:
        del sys.modules["pandas"]

__all__ = ["Database", "Migrations"]
