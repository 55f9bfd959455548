from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.widgets.empty_state import EmptyState


def test_the_one_button_helps(qtbot: QtBot):
    empty = EmptyState("Runs", "Nothing has been trained yet.", "Set up a run")
    qtbot.addWidget(empty)
    empty.show()
    with qtbot.waitSignal(empty.acted):
        qtbot.mouseClick(empty.button, Qt.MouseButton.LeftButton)


def test_without_help_there_is_no_button(qtbot: QtBot):
    empty = EmptyState("Runs", "No project is open.", "")
    qtbot.addWidget(empty)
    empty.show()
    assert not empty.button.isVisible()
    empty.say("Import first.", "Import")
    assert empty.button.isVisible()


def test_text_is_shown_as_it_is(qtbot: QtBot):
    empty = EmptyState("<b>Runs</b>", "<img src=x>", "")
    qtbot.addWidget(empty)
    assert empty.sentence.textFormat() is Qt.TextFormat.PlainText
    assert empty.title.textFormat() is Qt.TextFormat.PlainText
