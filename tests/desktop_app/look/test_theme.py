import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.look.colours import DARK, LIGHT
from desktop_app.look.theme import Theme, apply_theme, inks_of


@pytest.mark.parametrize(("theme", "inks"), [(Theme.LIGHT, LIGHT), (Theme.DARK, DARK)])
def test_a_theme_reaches_every_widget(qtbot: QtBot, qapp: QApplication, theme: Theme, inks):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    apply_theme(qapp, theme)
    qapp.processEvents()
    assert inks_of(widget) is inks
    assert widget.palette().color(QPalette.ColorRole.WindowText).name() == inks.text


def test_a_system_that_does_not_say_is_light(qtbot: QtBot, qapp: QApplication):
    apply_theme(qapp, Theme.SYSTEM)
    assert qapp.palette().color(QPalette.ColorRole.Base).name() == LIGHT.base


def test_words_that_cannot_be_used_are_fainter(qapp: QApplication):
    apply_theme(qapp, Theme.LIGHT)
    group = QPalette.ColorGroup.Disabled
    faded = qapp.palette().color(group, QPalette.ColorRole.ButtonText)
    assert faded != qapp.palette().color(QPalette.ColorRole.ButtonText)
