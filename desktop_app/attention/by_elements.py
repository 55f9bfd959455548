"""Attention by element pair and distance over many structures: a table, and a curve for the chosen pair."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.jobs.results.attention_survey import AttentionSurvey
from desktop_app.attention.distance_plot import DistancePlot
from desktop_app.attention.element_pair_columns import ElementPairRow, element_pair_rows, element_pairs_model
from desktop_app.widgets.table import Table

_NOTHING = (
    "None of these structures has its attention kept with distances. "
    "Predict them with the model of this run to see it."
)


class AttentionElements(QWidget):
    """Shows one survey at a time; the pair that was chosen stays chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = Table(element_pairs_model(), "element pairs")
        self.plot = DistancePlot(of_sites=False)
        self.sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._survey: AttentionSurvey | None = None
        self._head: int | None = None
        self._chosen = ("", "")
        self.table.row_selected.connect(self._draw)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.sentence)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.plot, 1)

    def show_survey(self, survey: AttentionSurvey, of: str, head: int | None) -> None:
        """Show a survey `of` what it names, by a head or the mean of all."""
        count = f"{survey.num_structures:,} structure" + ("" if survey.num_structures == 1 else "s")
        self.sentence.setText(f"Mean over {count} of {of}." if survey.num_structures else _NOTHING)
        self._survey = survey
        self.show_head(head)
        self.table.fit_columns()

    def show_head(self, head: int | None) -> None:
        """Show another head of the same survey."""
        if self._survey is None:
            return
        self._head = head
        rows = element_pair_rows(self._survey, head)
        self.table.model.set_rows(rows)
        chosen = [row for row in rows if (row.pair.centre, row.pair.neighbour) == self._chosen]
        most = max(rows, key=lambda row: row.pair.num_pairs, default=None)
        self._draw(chosen[0] if chosen else most)

    def show_nothing(self, sentence: str) -> None:
        """Say why there is nothing to see, or not yet."""
        self._survey = None
        self.sentence.setText(sentence)
        self.table.model.set_rows([])
        self._draw(None)

    def _draw(self, row: ElementPairRow | None) -> None:
        """Draw the curve of an element pair and show it as chosen."""
        self.plot.setVisible(row is not None)
        if row is None or self._survey is None:
            return
        self._chosen = (row.pair.centre, row.pair.neighbour)
        self.table.select_row(lambda other: other.number == row.number)
        mean, even = self._survey.per_pair(row.number, self._head)
        self.plot.name_shares(f"{row.pair.centre} to one {row.pair.neighbour} (%)")
        self.plot.show_shells(self._survey.middles, mean, even)
