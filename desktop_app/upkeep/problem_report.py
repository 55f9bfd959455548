"""A report of a problem to send to somebody: versions, messages and the end of the log, with paths masked."""

import platform
import re
from collections.abc import Sequence
from pathlib import Path

import PySide6

from core.jobs.spec import installed_versions
from desktop_app.notes import Note

_MESSAGES, _LOG_LINES = 30, 200  # the last ones
_QUOTED = re.compile(r"""(['"])(?:[A-Za-z]:)?[/\\][^'"\n]*[/\\]([^'"/\\\n]*)\1""")
_BARE = re.compile(r"""(?<![\w.…~])(?:[A-Za-z]:)?(?:[/\\][^\s/\\'":;,<>|()]+)+[/\\]""")


def problem_report(notes: Sequence[Note], log: Path) -> str:
    """The report as text; a log that cannot be read is left out."""
    versions = {**installed_versions(), "Qt": PySide6.__version__, "system": platform.platform()}
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
    except OSError:
        lines = []
    parts = (
        ("Versions", [f"{name} {version}" for name, version in versions.items()]),
        ("Messages", [f"{note.level}: {note.text} {note.hint}".strip() for note in notes[-_MESSAGES:]]),
        ("Log", lines),
    )
    text = "\n\n".join("\n".join([f"{title}:", *(content or ["none"])]) for title, content in parts)
    return mask_paths(text) + "\n"


def mask_paths(text: str) -> str:
    """Leave of every path its last part: folders tell who and where somebody is."""
    masked = text.replace(str(Path.home()), "~")
    masked = re.sub(r"""~[/\\][^\n'"]*[/\\]""", "~/", masked)
    masked = _QUOTED.sub(r"\1…/\2\1", masked)
    return _BARE.sub("…/", masked)
