"""Boxes to choose from, whose entries change while the choice stays."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import QComboBox


def choice_box(name: str = "") -> QComboBox:
    """An empty box that does not make its surroundings wide; `name` is what a screen reader says."""
    box = QComboBox()
    box.setAccessibleName(name)
    let_entries_be_cut(box)
    return box


def let_entries_be_cut(box: QComboBox) -> None:
    """Show the beginning of a long entry rather than widen the box for it."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)


def offer(box: QComboBox, entries: Sequence[tuple[str, Any]]) -> None:
    """Replace the entries (text, value), keeping the choice where it still exists."""
    present = [(box.itemText(n), box.itemData(n)) for n in range(box.count())]
    if present == list(entries):
        return
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for text, value in entries:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)
