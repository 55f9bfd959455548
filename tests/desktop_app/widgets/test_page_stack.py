from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.widgets.page_stack import PageStack


def test_only_the_page_that_is_shown_asks_for_room(qtbot: QtBot):
    stack = PageStack()
    qtbot.addWidget(stack)
    for width in (700, 200):
        page, inside = QWidget(stack), QWidget()
        inside.setMinimumWidth(width)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(inside)
        stack.addWidget(page)
    assert stack.minimumSizeHint().width() == 700
    stack.setCurrentIndex(1)
    assert stack.minimumSizeHint().width() == 200


def test_a_stack_without_pages_needs_nothing(qtbot: QtBot):
    stack = PageStack()
    qtbot.addWidget(stack)
    assert stack.minimumSizeHint().width() <= 0
