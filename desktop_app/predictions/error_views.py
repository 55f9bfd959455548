"""The errors of held-out structures from all sides: how they spread, where they are large, the worst."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from core.store.library.histograms import Histogram
from core.store.runs.error_breakdown import Breakdown
from desktop_app.look.plain_text import with_unit
from desktop_app.plots.histogram import HistogramPlot
from desktop_app.predictions.error_columns import element_columns, elements_model, worst_columns, worst_model
from desktop_app.predictions.novelty_plot import NoveltyPlot
from desktop_app.widgets.table import Table

_MOST_BINS = 30
_WORST = 10


class ErrorViews(QTabWidget):
    """Tabs behind one that is given, which are there where errors are known.

    `structure_chosen` gives the number of a structure.
    """

    structure_chosen = Signal(int)

    def __init__(self, first: QWidget, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.histogram, self.novelty = HistogramPlot(), NoveltyPlot()
        self.elements, self.worst = Table(elements_model(), "elements"), Table(worst_model(), "worst")
        for table in (self.elements, self.worst):
            table.filter_box.hide()
        for widget, name, tip in (
            (first, title, "Predicted against measured"),
            (self.histogram, "Errors", "How the errors are distributed"),
            (self.elements, "Elements", "Errors of the structures that have an element"),
            (self.novelty, "Distance", "Errors against the distance from what was learned from"),
            (self.worst, "Worst", "The structures whose prediction is furthest from the measured value"),
        ):
            self.setTabToolTip(self.addTab(widget, name), tip)
        self.setDocumentMode(True)
        self.worst.row_selected.connect(lambda row: self._choose(row.prediction.structure_id))
        self.novelty.point_clicked.connect(self.structure_chosen)

    def show_breakdown(self, breakdown: Breakdown, unit: str) -> None:
        """Show the errors, which are in `unit`."""
        of_split = f" of the {breakdown.split} structures" if breakdown.split else ""
        quantity = with_unit("predicted minus measured", unit) + of_split
        self.histogram.show_values(_histogram(breakdown), quantity)
        self.elements.model.set_rows(breakdown.elements, element_columns(unit))
        self.worst.model.set_rows(breakdown.errors[:_WORST], worst_columns(unit))
        for table in (self.elements, self.worst):
            table.fit_columns()
        self.novelty.show_errors(breakdown.errors, unit)
        for place in range(1, self.count()):
            self.setTabVisible(place, bool(breakdown.errors))

    def _choose(self, structure_id: int | None) -> None:
        if structure_id is not None:
            self.structure_chosen.emit(structure_id)


def _histogram(breakdown: Breakdown) -> Histogram:
    """Bars of the errors: about as many as the square root of their number."""
    errors = np.array([one.error for one in breakdown.errors])
    bins = int(np.clip(np.sqrt(len(errors)), 5, _MOST_BINS))
    counts, edges = np.histogram(errors, bins)
    return Histogram(counts.astype(np.int64), edges, log10=False)
