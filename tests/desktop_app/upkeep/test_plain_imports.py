import subprocess
import sys

_SCRIPT = """
import builtins, linecache
plain = builtins.__import__
from desktop_app.upkeep.plain_imports import load_qt
load_qt()
linecache.clearcache()
import colorsys
import PySide6.QtGui
print(builtins.__import__ is plain, sorted(linecache.cache))
"""


def test_no_source_text_is_read_for_modules_that_are_imported_after_qt():
    told = subprocess.run([sys.executable, "-c", _SCRIPT], check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["True", "[]"]
