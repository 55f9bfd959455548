from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.errors import CoreError
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
