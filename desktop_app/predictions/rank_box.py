"""A box to choose whether all predictions are shown, or candidates by what to measure next."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from core.store.runs.ranking import Criterion
from desktop_app.predictions.candidates import RankOrder

_CHOICES: Final[tuple[tuple[str, str, RankOrder | None], ...]] = (
    ("All predictions", "Structures with and without a measured value, in the order of the run.", None),
    ("Highest value", "Candidates without a measured value, the highest first.", RankOrder("value")),
    (
        "Lowest value",
        "Candidates without a measured value, the lowest first.",
        RankOrder("value", False),
    ),
    (
        "Most uncertain",
        "Candidates that the model knows least about: measuring them teaches it most.",
        RankOrder("uncertainty"),
    ),
    (
        "Likely above the best",
        "Candidates by how much they are expected to be above the highest value measured so far.",
        RankOrder("expected_improvement"),
    ),
    (
        "Likely below the best",
        "Candidates by how much they are expected to be below the lowest value measured so far.",
        RankOrder("expected_improvement", False),
    ),
)

_SCORES: Final[dict[Criterion, str]] = {
    "value": "",
    "uncertainty": "Uncertainty",
    "expected_improvement": "Expected gain",
}


class RankBox(QWidget):
    """`chosen` when the user wants another order."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QComboBox()
        self.box.setAccessibleName("What to measure next")
        for number, (title, meaning, order) in enumerate(_CHOICES):
            self.box.addItem(title, order)
            self.box.setItemData(number, meaning, Qt.ItemDataRole.ToolTipRole)
        self.box.setToolTip("All predictions, or the candidates to measure next, the most promising first")
        self.box.currentIndexChanged.connect(lambda index: self.chosen.emit())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel("Measure next"))
        layout.addWidget(self.box)
        layout.addStretch(1)

    @property
    def score(self) -> str:
        """What the score of a candidate is, for the title of its column."""
        order = self.order()
        return "" if order is None else _SCORES[order.by]

    def order(self) -> RankOrder | None:
        """What is wanted; None for all predictions."""
        return _CHOICES[self.box.currentIndex()][2]
