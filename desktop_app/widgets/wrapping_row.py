"""Widgets in a row that goes on in another line where there is no room for all of them."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget

_Place = tuple[QLayoutItem, QRect]


class WrappingRow(QLayout):
    """From left to right, and line after line; the widget that was added last stands at the right end.

    It needs no more width than its widest widget, so that larger words or longer names make no panel wider.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Add at the end; use addWidget."""
        self._items.append(item)

    def count(self) -> int:
        """Number of widgets, hidden ones included."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at a place in the row, None beyond its ends."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out of the row."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """More width is used, more height is not."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """The row wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at this width."""
        return max((place.bottom() + 1 for _, place in self._places(QRect(0, 0, width, 0))), default=0)

    def sizeHint(self) -> QSize:
        """All in one line."""
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap() * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Each on a line of its own; how high that is, `heightForWidth` says."""
        size = QSize(0, 0)
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, rect: QRect) -> None:
        """Put every widget in its place."""
        super().setGeometry(rect)
        for item, place in self._places(rect):
            item.setGeometry(place)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _gap(self) -> int:
        parent = self.parentWidget()
        if self.spacing() >= 0 or parent is None:
            return max(0, self.spacing())
        return parent.style().pixelMetric(QStyle.PixelMetric.PM_LayoutHorizontalSpacing, None, parent)

    def _places(self, rect: QRect) -> list[_Place]:
        """Where each shown widget goes within the width of the rectangle."""
        lines: list[list[_Place]] = [[]]
        x, y, gap = rect.left(), rect.top(), self._gap()
        for item in self._shown():
            size = item.sizeHint().boundedTo(QSize(rect.width(), item.sizeHint().height()))
            if lines[-1] and x + size.width() > rect.right() + 1:
                y += _height(lines[-1]) + gap
                x = rect.left()
                lines.append([])
            lines[-1].append((item, QRect(x, y, size.width(), size.height())))
            x += size.width() + gap
        if lines[-1]:
            lines[-1][-1][1].moveRight(rect.right())
        return [place for line in lines for place in _centred(line)]


def _height(line: list[_Place]) -> int:
    return max(place.height() for _, place in line)


def _centred(line: list[_Place]) -> list[_Place]:
    """Widgets of different height in the middle of their line."""
    return [(item, place.translated(0, (_height(line) - place.height()) // 2)) for item, place in line]
