from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.library.floor_hint import FloorHint


def test_the_hint_names_the_property_and_its_button_says_what_is_wanted(qtbot: QtBot):
    hint = FloorHint()
    qtbot.addWidget(hint)
    hint.show_property("band gap")
    assert "values of band gap are 0" in hint.words.text()
    with qtbot.waitSignal(hint.accepted):
        qtbot.mouseClick(hint.button, Qt.MouseButton.LeftButton)
