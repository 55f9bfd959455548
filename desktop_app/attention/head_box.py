"""A box to choose among the heads of a network, hidden where there is only one."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop_app.attention.head_columns import ALL_HEADS
from desktop_app.forms.choice_box import choice_box


class HeadBox(QWidget):
    """`changed` when another head is shown; None stands for the mean of all."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = choice_box("Head")
        self.box.setToolTip("Each head of the network looks at a structure in its own way.")
        self.box.currentIndexChanged.connect(lambda: self.changed.emit())
        label = QLabel("Head")
        label.setBuddy(self.box)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label)
        layout.addWidget(self.box, 1)

    @property
    def head(self) -> int | None:
        """Number of the head that is chosen."""
        chosen: int | None = self.box.currentData()
        return chosen

    @property
    def title(self) -> str:
        """What is shown, in words; there is nothing to tell apart where there is one head."""
        name = self.box.currentText()
        return f"Attention, {name[:1].lower()}{name[1:]}" if self.box.count() > 2 else "Attention"

    def offer(self, heads: Sequence[str]) -> None:
        """List the heads of a run; the one chosen stays if there is one like it."""
        chosen = self.box.currentText()
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItem(ALL_HEADS, None)
        for number, head in enumerate(heads):
            self.box.addItem(head[:1].upper() + head[1:], number)
        self.box.setCurrentIndex(max(0, self.box.findText(chosen)))
        self.box.blockSignals(False)
        self.setVisible(len(heads) > 1)

    def choose(self, head: int | None) -> None:
        """Show a head."""
        self.box.setCurrentIndex(0 if head is None else head + 1)
