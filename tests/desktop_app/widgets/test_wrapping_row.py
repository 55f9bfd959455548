import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.widgets.wrapping_row import WrappingRow

WORDS = ("Stop and keep", "Resume", "Fine-tune from this", "Discard")


@pytest.fixture
def row(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    layout = WrappingRow(widget)
    for word in WORDS:
        layout.addWidget(QPushButton(word))
    widget.show()
    return widget


def lines(row: QWidget) -> list[list[str]]:
    """Words of the buttons as they are read, line after line."""
    row.layout().activate()
    buttons = [b for b in row.findChildren(QPushButton) if not b.isHidden()]
    tops = sorted({b.y() for b in buttons})
    return [[b.text() for b in sorted(buttons, key=lambda b: b.x()) if b.y() == top] for top in tops]


def test_with_room_for_all_they_stand_in_one_line(row: QWidget):
    row.resize(row.layout().sizeHint().width(), 100)
    assert lines(row) == [list(WORDS)]


def test_the_last_one_stands_at_the_right_end(row: QWidget):
    row.resize(900, 100)
    assert lines(row) == [list(WORDS)]
    last = row.findChildren(QPushButton)[-1]
    assert last.geometry().right() == row.rect().right()


def test_without_room_for_all_the_row_goes_on_in_another_line(row: QWidget):
    layout = row.layout()
    wide = layout.sizeHint().width()
    row.resize(wide - 1, 200)
    assert lines(row) == [list(WORDS[:-1]), [WORDS[-1]]]
    assert layout.heightForWidth(wide - 1) > layout.heightForWidth(wide) > 0


def test_it_is_never_wider_than_its_widest_widget_needs(row: QWidget):
    widest = max(b.minimumSizeHint().width() for b in row.findChildren(QPushButton))
    assert row.minimumSizeHint().width() == widest
    row.resize(widest, 300)
    assert len(lines(row)) == len(WORDS)


def test_what_is_hidden_takes_no_room(row: QWidget):
    hidden = row.findChildren(QPushButton)[1]
    hidden.hide()
    row.resize(row.layout().sizeHint().width(), 100)
    assert lines(row) == [[word for word in WORDS if word != hidden.text()]]


def test_items_can_be_taken_out(row: QWidget):
    layout = row.layout()
    first = layout.itemAt(0).widget()
    assert layout.takeAt(0).widget() is first
    assert (layout.count(), layout.itemAt(3), layout.takeAt(3)) == (3, None, None)
