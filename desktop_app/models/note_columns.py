"""Columns of the list of messages."""

from datetime import datetime

from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel


def notes_model() -> RowsModel:
    """An empty table of notes."""
    return RowsModel(
        [
            Column(
                "Time",
                lambda note: note.time,
                text=lambda note: f"{datetime.fromtimestamp(note.time):%H:%M:%S}",
            ),
            Column("Kind", lambda note: str(note.level)),
            Column("Message", lambda note: note.text, tooltip=lambda note: note.text),
            Column("What to do", lambda note: note.hint, tooltip=lambda note: note.hint),
        ],
        searched=lambda note: f"{note.level} {note.text} {note.hint}",
    )
