import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.widgets.drop_veil import DropVeil


@pytest.fixture
def veil(qtbot: QtBot) -> DropVeil:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    window.show()
    veil = DropVeil(window)
    veil.keep = window
    return veil


def test_the_veil_covers_the_window_and_lets_everything_through(veil: DropVeil):
    assert not veil.isVisible()
    veil.rise("Drop it here")
    assert veil.isVisible()
    assert veil.rect().size() == veil.parentWidget().size()
    assert veil.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert veil.accessibleName() == "Drop it here"
    veil.parentWidget().resize(800, 500)
    assert veil.rect().size() == veil.parentWidget().size()


def test_the_words_and_the_frame_are_seen(veil: DropVeil):
    before = veil.parentWidget().grab().toImage()
    veil.rise("Drop it here")
    assert veil.parentWidget().grab().toImage() != before
