"""All messages of this sitting, for whoever missed one."""

from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout

from desktop_app.actions import Actions
from desktop_app.models.note_columns import notes_model
from desktop_app.notes import Note
from desktop_app.panel import Panel
from desktop_app.session import Session
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.table import Table


class LogPanel(Panel):
    """Messages, newest first; the log file has more."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Messages", "What the program tells you is kept here.", "Open log folder")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["open_log_folder"].trigger)
        self.table = Table(notes_model(), "messages")
        folder = QToolButton()
        folder.setDefaultAction(actions["open_log_folder"])
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(folder)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        session.notes.posted.connect(self._on_posted)

    def _on_posted(self, note: Note) -> None:
        self.table.model.set_rows(list(reversed(self.session.notes.history)))
        self.table.fit_columns()
        self.show_content()
