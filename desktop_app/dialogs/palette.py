"""The command palette: type some words of a command, press Return, and it is done."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QFrame,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop_app.actions import COMMANDS, MENUS, Actions
from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_SIZE_IN_LETTERS = (120, 24)  # width in letters, height in lines


@dataclass(frozen=True)
class Entry:
    """A command as the palette lists it; `text` starts with the menu it is in."""

    text: str
    tip: str
    keys: str
    action: QAction

    @property
    def is_possible(self) -> bool:
        """Whether it can be done at present."""
        return self.action.isEnabled()


class CommandPalette(QDialog):
    """Lists the commands that hold all typed words, those that start with them first."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Commands")
        self._entries = list_entries(actions)
        self.model = RowsModel(
            [
                Column("Command", lambda entry: entry.text),
                Column("Key", lambda entry: entry.keys if entry.is_possible else "not now"),
                Column("What it does", lambda entry: entry.tip),
            ]
        )
        self.box = QLineEdit(placeholderText="What do you want to do?", clearButtonEnabled=True)
        self.box.setAccessibleName("Command")
        self.view = _make_view(self.model)
        self.box.textChanged.connect(self._search)
        self.box.returnPressed.connect(self._run)
        self.view.clicked.connect(lambda index: self._run())
        self.box.installEventFilter(self)
        self._lay_out()
        self._search("")
        self._place(parent)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys move in the list while the words are typed."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in _MOVES:
            QApplication.sendEvent(self.view, event)
            return True
        return super().eventFilter(watched, event)

    def _search(self, text: str) -> None:
        self.model.set_rows(find_entries(self._entries, text))
        self.view.selectRow(0)

    def _run(self) -> None:
        """Close, then do what is chosen, so that it finds the window as it was."""
        line = self.view.currentIndex().row()
        entry = self.model.row(line) if line >= 0 else None
        if entry is not None and entry.is_possible:
            self.close()
            entry.action.trigger()

    def _lay_out(self) -> None:
        frame = QFrame()  # a popup has no border of its own
        frame.setFrameShape(QFrame.Shape.StyledPanel)
        inside = QVBoxLayout(frame)
        inside.addWidget(self.box)
        inside.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)

    def _place(self, parent: QWidget) -> None:
        """Stand at the top of the window, in the middle."""
        letters, lines = _SIZE_IN_LETTERS
        metrics = self.fontMetrics()
        width = min(metrics.averageCharWidth() * letters, parent.width())
        self.resize(width, min(metrics.height() * lines, parent.height()))
        for column, share in enumerate((0.36, 0.14)):
            self.view.setColumnWidth(column, round(width * share))
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - width) // 2, corner.y() + 2 * metrics.height())


def list_entries(actions: Actions) -> list[Entry]:
    """Every command of the menus, in their order."""
    tips = {command.name: command.tip for command in COMMANDS}
    menu_of = {name: menu.replace("&", "") for menu, names in MENUS.items() for name in names if name in tips}
    form = QKeySequence.SequenceFormat.NativeText
    return [
        Entry(
            text=f"{menu}: {actions[name].text().replace('&&', '&')}",
            tip=tips[name],
            keys=actions[name].shortcut().toString(form),
            action=actions[name],
        )
        for name, menu in menu_of.items()
    ]


def find_entries(entries: list[Entry], text: str) -> list[Entry]:
    """The entries that hold all words of the text: possible ones first, then those whose name holds them."""
    words = text.lower().split()
    found = [entry for entry in entries if all(word in f"{entry.text} {entry.tip}".lower() for word in words)]
    return sorted(found, key=lambda entry: (not entry.is_possible, _distance(entry.text.lower(), words)))


def _distance(name: str, words: list[str]) -> int:
    """How little the name of a command answers to the words: 0 when parts of it start with all of them."""
    if all(part in name for part in words):
        starts = name.split()
        return 0 if all(any(start.startswith(word) for start in starts) for word in words) else 1
    return 2


def _make_view(model: RowsModel) -> QTableView:
    view = QTableView()
    view.setModel(model)
    view.setAccessibleName("Commands")
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 8)
    view.horizontalHeader().hide()
    view.horizontalHeader().setStretchLastSection(True)
    return view
