"""What the window has to tell the user without stopping them: notes, merged when they repeat."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from core.errors import CoreError

_MERGE_SECONDS = 5.0
_KEPT = 1000


class Severity(StrEnum):
    """How serious a note is; errors stay on the screen until they are closed."""

    DONE = "done"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Note:
    """A sentence, what to do about it, and optionally one button (its label and what it does).

    passing: the name of what it tells the beginning of; it is taken off the screen once that has got further.
    details: what is behind an error, for those who look into it: where it arose, the end of a log.
    """

    level: Severity
    text: str
    hint: str = ""
    action_label: str = ""
    action: Callable[[], None] | None = field(default=None, compare=False)
    passing: str = ""
    details: str = field(default="", compare=False)
    time: float = field(default_factory=time.time, compare=False)


class Notes(QObject):
    """The notes of this sitting, oldest first; `posted` gives each new one.

    `outdated` gives what the notes on the screen need not tell any more, see `Note.passing`.
    """

    posted = Signal(object)
    outdated = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history: list[Note] = []

    def post(self, note: Note) -> None:
        """Show a note, unless the same one was shown a moment ago."""
        for earlier in reversed(self.history):
            if note.time - earlier.time > _MERGE_SECONDS:
                break
            if earlier == note:
                return
        self.history.append(note)
        del self.history[:-_KEPT]
        self.posted.emit(note)

    def error(self, error: CoreError) -> None:
        """Show an error in its own words, with the place in the program where another has caused it."""
        cause = error.__cause__
        details = "" if cause is None else "".join(traceback.format_exception(cause))
        self.post(Note(Severity.ERROR, error.message, error.hint, details=details))

    def done(self, text: str) -> None:
        """Say that something the user asked for is finished."""
        self.post(Note(Severity.DONE, text))
