from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.dialogs.side_dialog import SideDialog


def test_a_dialog_is_never_larger_than_the_screen(qtbot: QtBot):
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = SideDialog("Large", (10_000, 10_000), parent)
    assert dialog.size() == dialog.screen().availableSize()


def test_the_close_button_takes_the_dialog_away(qtbot: QtBot, wait: int):
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = SideDialog("Small", (20, 20), parent)
    dialog.show()
    with qtbot.waitSignal(dialog.destroyed, timeout=wait):
        dialog.buttons.button(dialog.buttons.StandardButton.Close).click()
