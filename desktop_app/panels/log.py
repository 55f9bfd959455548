"""All messages of this sitting, for whoever missed one, and what is behind them."""

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout

from desktop_app.actions import Actions
from desktop_app.models.note_columns import notes_model
from desktop_app.notes import Note, Severity
from desktop_app.panel import Panel
from desktop_app.session import Session
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.table import Table

_SHOWN = {
    "All messages": tuple(Severity),
    "Warnings and errors": (Severity.WARNING, Severity.ERROR),
    "Errors": (Severity.ERROR,),
}


class LogPanel(Panel):
    """Messages, newest first, with the details of the chosen one; the log file has more."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Messages", "What the program tells you is kept here.", "Open log folder")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["open_log_folder"].trigger)
        self.table = Table(notes_model(), "messages")
        self.levels = QComboBox()
        self.levels.setAccessibleName("Kinds of messages shown")
        self.levels.addItems(list(_SHOWN))
        self.details = QPlainTextEdit(readOnly=True, lineWrapMode=QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setAccessibleName("Details of the chosen message")
        self.details.hide()
        self._lay_out()
        self.levels.currentTextChanged.connect(self._fill)
        self.table.row_selected.connect(self._show_details)
        session.notes.posted.connect(self._on_posted)

    def show_note(self, note: Note) -> None:
        """Choose a message, and show what is behind it."""
        self.levels.setCurrentIndex(0)
        self.table.filter_box.clear()
        self.table.select_row(lambda row: row is note)
        self._show_details(note)

    def _on_posted(self, note: Note) -> None:
        self._fill()
        self.show_content()

    def _fill(self) -> None:
        wanted = _SHOWN[self.levels.currentText()]
        newest_first = reversed(self.session.notes.history)
        self.table.model.set_rows([note for note in newest_first if note.level in wanted])
        self.table.fit_columns()
        self.details.hide()

    def _show_details(self, note: Note) -> None:
        self.details.setPlainText(note.details)
        self.details.setVisible(bool(note.details))

    def _lay_out(self) -> None:
        folder, report = QToolButton(), QToolButton()
        folder.setDefaultAction(self.actions_table["open_log_folder"])
        report.setDefaultAction(self.actions_table["copy_report"])
        row = QHBoxLayout()
        row.addWidget(self.levels)
        row.addStretch(1)
        row.addWidget(report)
        row.addWidget(folder)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.details, 1)
        layout.addLayout(row)
