"""Making a property of numbers that came with the structures in their own files."""

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.store.editing.labelling import LabelSummary
from core.store.editing.own_labels import label_from_metadata, titles_with_numbers
from core.structures.labels.table import LabelColumn
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_choice, ask_text
from desktop_app.notes import Note, Severity
from desktop_app.session import Session

_TITLE = "Values from the files"


class OwnValueCommands(QObject):
    """Offers what stands beside the structures of the chosen collection; can be undone."""

    def __init__(self, session: Session, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._action, self._window = session, actions["take_values"], window
        self._action.triggered.connect(self._look)
        session.project_changed.connect(self._on_project)
        self._on_project()

    def _look(self) -> None:
        if self._session.project is None:
            return
        collection = self._session.collection
        question = self._session.ask(lambda project: titles_with_numbers(project, collection))
        task = self._session.start_activity("Looking for values", question)
        task.succeeded.connect(partial(self._choose, collection))

    def _choose(self, collection: str | None, titles: list[str]) -> None:
        if not titles:
            text = "No numbers stood beside these structures in their files."
            self._session.notes.post(Note(Severity.WARNING, text, "Import a table of measured values."))
            return
        title = ask_choice(self._window, _TITLE, "Column", titles, new=False)
        unit = None if title is None else ask_text(self._window, _TITLE, f"Unit of '{title}'", blank=True)
        if title is None or unit is None:
            return
        column = LabelColumn(name=title, column=title, unit=unit)
        task = self._session.change_library(
            "Taking values", lambda project: label_from_metadata(project, column, collection)
        )
        task.succeeded.connect(partial(self._tell, title))

    def _tell(self, title: str, summary: LabelSummary) -> None:
        text = f"{summary.matched:,} values of '{title}' taken from the files."
        if not summary.invalid:
            self._session.notes.done(text)
            return
        text += f" {len(summary.invalid):,} entries are no values: {summary.invalid[0].reason}"
        self._session.notes.post(Note(Severity.WARNING if summary.matched else Severity.ERROR, text))

    def _on_project(self) -> None:
        self._action.setEnabled(self._session.project is not None)
