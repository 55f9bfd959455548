from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop_app.forms.scroll_column import ScrollColumn


def test_a_column_is_never_narrower_than_what_is_inside(qtbot: QtBot):
    label = QLabel("a long line that does not wrap, whatever comes")
    column = ScrollColumn(label)
    qtbot.addWidget(column)
    assert column.minimumWidth() >= label.minimumSizeHint().width()
