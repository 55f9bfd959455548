"""How far the network looks in a structure: attention against distance, and what each head pays far away."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.jobs.results.attention_pairs import AttentionPairs
from desktop_app.attention.distance_plot import DistancePlot
from desktop_app.attention.head_columns import head_rows, heads_model
from desktop_app.widgets.table import Table

_SHELL = 0.5  # angstrom
_LONG_RANGE = 4.0  # angstrom; beyond the first neighbours of nearly every crystal
_NO_PAIRS = "This run is from before distances were kept with attention. Predict with its model to see them."


class AttentionReach(QWidget):
    """Shows one site, or all on average; `head_chosen` when the user picks a row of the table."""

    head_chosen = Signal(object)  # number of a head, None for the mean of all

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = DistancePlot()
        self.distance = QDoubleSpinBox(minimum=0.5, maximum=100.0, singleStep=0.5, decimals=1, suffix=" Å")
        self.distance.setValue(_LONG_RANGE)
        self.distance.setAccessibleName("Long range begins at")
        self.distance.setToolTip("Attention to neighbours further away than this counts as long-range.")
        self.table = Table(heads_model(), "heads")
        self.table.filter_box.hide()
        self.sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._pairs: AttentionPairs | None = None
        self._heads: Sequence[str] = ()
        self._head: int | None = None
        self._site: int | None = None
        self.distance.valueChanged.connect(self._show_heads)
        self.table.row_selected.connect(lambda row: self.head_chosen.emit(row.head))
        self._lay_out()

    def show_pairs(
        self, pairs: AttentionPairs | None, heads: Sequence[str], head: int | None, site: int | None
    ) -> None:
        """Show the attention of a site, or of all for None, by a head or their mean."""
        if pairs is None:
            self.show_nothing(_NO_PAIRS)
            return
        self._pairs, self._heads, self._head, self._site = pairs, heads, head, site
        self.sentence.setText(_whose(site))
        self._set_content_visible(True)
        edges = np.arange(0.0, float(pairs.distances.max(initial=0.0)) + 2 * _SHELL, _SHELL)
        attention, weights = pairs.of_head(head), pairs.weights(site)
        shown = weights > 0
        each = attention / pairs.counts
        self.plot.show_points(pairs.distances[shown], each[shown])
        number = pairs.shells(edges, pairs.counts.astype(np.float64), site)
        number[number == 0] = np.nan
        mean = pairs.shells(edges, attention, site) / number
        equal = pairs.shells(edges, pairs.of_even, site) / number
        self.plot.show_shells((edges[:-1] + edges[1:]) / 2, mean, equal)
        self._show_heads()

    def show_nothing(self, reason: str) -> None:
        """Say why there is nothing to see."""
        self._pairs = None
        self.sentence.setText(reason)
        self._set_content_visible(False)

    def _set_content_visible(self, on: bool) -> None:
        for widget in (self.plot, self._content):
            widget.setVisible(on)

    def _show_heads(self) -> None:
        if self._pairs is None:
            return
        self.plot.mark_limit(self.distance.value())
        self.table.model.set_rows(head_rows(self._pairs, self._heads, self.distance.value(), self._site))
        self.table.fit_columns()
        self.table.select_row(lambda row: row.head == self._head)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self._content = QWidget()
        below = QVBoxLayout(self._content)
        below.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(QLabel("Long range: beyond"))
        row.addWidget(self.distance)
        row.addStretch(1)
        below.addLayout(row)
        below.addWidget(self.table, 1)
        layout.addWidget(self.sentence)
        layout.addWidget(self.plot, 3)
        layout.addWidget(self._content, 2)
        layout.addStretch(0)


def _whose(site: int | None) -> str:
    return "All sites on average; choose one to see it alone." if site is None else "The chosen site alone."
