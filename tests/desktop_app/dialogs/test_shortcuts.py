from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.actions import COMMANDS
from desktop_app.dialogs.shortcuts import ShortcutsDialog


def test_every_command_with_a_key_is_listed(qtbot: QtBot):
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ShortcutsDialog(parent)
    assert dialog.table.model.num_rows == sum(bool(command.shortcut) for command in COMMANDS)
