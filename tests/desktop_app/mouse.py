"""What a mouse does to the window: buttons, menus, rows of tables, files that are dropped."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

from desktop_app.widgets.table import Table
from desktop_app.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def click(widget: QWidget, place: QPoint | None = None) -> None:
    """Press the left button on a widget that can be seen and used, in its middle unless told where."""
    assert widget.isVisible(), "nobody can click what is not seen"
    assert widget.isEnabled(), "what is clicked does nothing"
    QTest.mouseClick(widget, LEFT, pos=widget.rect().center() if place is None else place)


def click_button(widget: QWidget, words: str) -> None:
    """Press the button inside a widget whose text contains these words."""
    click(next(one for one in widget.findChildren(QAbstractButton) if words in one.text()))


def click_tool(window: MainWindow, command: str) -> None:
    """Press the button of a command in the toolbar."""
    click(window.steps.widgetForAction(window.actions_table[command]))


def click_row(table: Table, line: int) -> None:
    """Press on the first cell of a row."""
    click(table.view.viewport(), table.view.visualRect(table.model.index(line, 0)).center())


def choose_in_menu(window: MainWindow, title: str, entry: str) -> None:
    """Open a menu of the menu bar and choose what is written there."""
    bar = window.menuBar()
    heading = next(one for one in bar.actions() if one.text().replace("&", "") == title)
    click(bar, bar.actionGeometry(heading).center())
    choose(heading.menu(), entry)


def choose(menu: QMenu, beginning: str) -> None:
    """Choose the entry of an open menu that begins like this."""
    action = next(one for one in menu.actions() if one.text().startswith(beginning))
    click(menu, menu.actionGeometry(action).center())


def drop(window: MainWindow, *paths: Path) -> QMenu | None:
    """Drop files in the middle of the window; gives the menu that asks what to do with them."""
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    keys, place = Qt.KeyboardModifier.NoModifier, QPointF(window.rect().center())
    enter = QDragEnterEvent(place.toPoint(), Qt.DropAction.CopyAction, content, LEFT, keys)
    QApplication.sendEvent(window, enter)
    QApplication.sendEvent(window, QDropEvent(place, Qt.DropAction.CopyAction, content, LEFT, keys))
    return window.findChild(QMenu, "dropped")
