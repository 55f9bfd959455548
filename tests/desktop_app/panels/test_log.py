from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.errors import CoreError
from desktop_app.notes import Note, Severity
from desktop_app.panels.log import LogPanel
from desktop_app.session import Session


def test_before_the_first_message_the_panel_says_what_it_keeps(
    qtbot: QtBot, session: Session, actions, shown
):
    panel = shown(LogPanel)
    assert panel.is_empty
    with qtbot.waitSignal(actions["open_log_folder"].triggered):
        qtbot.mouseClick(panel.empty.button, Qt.MouseButton.LeftButton)


def test_messages_are_kept_newest_first(session: Session, shown):
    panel = shown(LogPanel)
    session.notes.done("Imported.")
    session.notes.error(CoreError("No space.", "Free some."))
    assert not panel.is_empty
    assert [panel.table.model.cell_text(line, 2) for line in range(2)] == ["No space.", "Imported."]


def test_messages_can_be_limited_to_warnings_and_errors(qtbot: QtBot, session: Session, shown):
    panel = shown(LogPanel)
    session.notes.done("Imported.")
    session.notes.post(Note(Severity.WARNING, "Two were not read."))
    session.notes.error(CoreError("No space.", "Free some."))
    shown_rows = []
    for _ in range(2):
        qtbot.keyClick(panel.levels, Qt.Key.Key_Down)
        model = panel.table.model
        shown_rows.append([model.cell_text(line, 2) for line in range(model.rowCount())])
    assert shown_rows == [["No space.", "Two were not read."], ["No space."]]


def test_the_details_of_the_chosen_message_are_shown(session: Session, shown):
    panel = shown(LogPanel)
    session.notes.done("Imported.")
    note = Note(Severity.ERROR, "The run failed.", details="Traceback: line 3")
    session.notes.post(note)
    assert panel.details.isHidden()
    panel.show_note(note)
    assert panel.details.toPlainText() == "Traceback: line 3"
    assert panel.table.selected_row() is note
    panel.table.view.selectRow(1)  # which has none
    assert panel.details.isHidden()
