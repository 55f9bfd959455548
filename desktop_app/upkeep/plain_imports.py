"""Imports that do not read source texts.

PySide6 puts an `import` of its own in the place of Python's. It reads the text of every module that is
imported afterwards, and keeps it, to see whether the module may ask for other names of Qt's methods
(`from __feature__ import snake_case`): 10 MB of text while the window starts, and a late import in a thread
holds up the window for longer. Nothing here asks for such names.
"""

import builtins


def load_qt() -> None:
    """Import Qt, and leave Python's own `import` in its place; too late where Qt was imported before."""
    plain = builtins.__import__
    import PySide6.QtCore  # noqa: F401  (which puts its own there)

    builtins.__import__ = plain
