from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.look.colours import DARK, LIGHT
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.widgets.inline_message import InlineMessage


def test_a_message_shows_and_goes(qtbot: QtBot):
    message = InlineMessage()
    qtbot.addWidget(message)
    assert message.isHidden()
    message.show_error("The disk is full.", "Free some space.")
    assert not message.isHidden()
    assert message.text.text() == "✗ The disk is full."
    assert message.hint.text() == "Free some space."
    message.clear()
    assert message.isHidden()


def test_the_colour_follows_the_theme(qtbot: QtBot, qapp: QApplication):
    message = InlineMessage()
    qtbot.addWidget(message)
    message.show_error("The disk is full.")
    apply_theme(qapp, Theme.DARK)
    qapp.processEvents()
    assert message.text.palette().color(QPalette.ColorRole.WindowText).name() == DARK.error


def test_errors_and_warnings_differ_in_sign_and_colour(qtbot: QtBot):
    message = InlineMessage()
    qtbot.addWidget(message)
    message.show_warning("'a.cif' is left out.")
    assert message.text.text().startswith("!")
    assert message.hint.isHidden()
    assert message.text.palette().color(QPalette.ColorRole.WindowText).name() == LIGHT.warning
