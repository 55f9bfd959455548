"""What separates the phases best: a network's embeddings or order parameters, in a small table."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from core.jobs.results.phase_separation import PhaseSeparation

TITLE = "What separates the phases best"
_COLUMNS = ("by", "numbers", "recognised", "95 % interval")
_NOT_ASKED = (
    "Not worked out in this analysis. Choose a network under Analyse, and write under 'Frames of phases' of "
    "which frames you know the phase, such as gas=1-20, liquid=34-57, solid=70-110."
)


class SeparationView(QWidget):
    """A line for each description of particles, then which is ahead, and what the figures rest on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(f"<b>{TITLE}</b>")
        self.table = _make_table()
        self.verdict = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.basis = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        for widget in (self.title, self.table, self.verdict, self.basis):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.show_separation(None)

    def show_separation(self, separation: PhaseSeparation | None) -> None:
        """Show what an analysis found, or how to ask for it."""
        self.table.setVisible(separation is not None)
        self.basis.setVisible(separation is not None)
        if separation is None:
            self.verdict.setText(_NOT_ASKED)
            return
        self._fill(separation)
        self.verdict.setText(separation.verdict)
        self.basis.setText(_basis(separation))

    def _fill(self, separation: PhaseSeparation) -> None:
        lines = zip(separation.descriptions, separation.widths, separation.recognised, strict=True)
        self.table.setRowCount(len(separation.descriptions))
        for row, (description, width, (share, lower, upper)) in enumerate(lines):
            cells = (description, str(width), f"{share:.3f}", f"{lower:.3f} to {upper:.3f}")
            for column, text in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(text))
        height = self.table.horizontalHeader().sizeHint().height() + self.table.verticalHeader().length()
        self.table.setFixedHeight(height + 2 * self.table.frameWidth())


def _make_table() -> QTableWidget:
    table = QTableWidget(0, len(_COLUMNS))
    table.setHorizontalHeaderLabels(list(_COLUMNS))
    table.setAccessibleName(TITLE)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table


def _basis(separation: PhaseSeparation) -> str:
    """What the figures are, and what might favour one description."""
    chance = 1 / len(separation.phases)
    return (
        f"Particles are of the phase of their frame: {separation.phase_frames}. For each description one "
        "linear probe has learned from the earlier half of the frames of each phase. Recognised is the share "
        "of the later half that it puts right, mean over phases (balanced accuracy), by chance "
        f"{chance:.2f}; frames are drawn for the interval. Frames chosen by the curves under Phases, which "
        "rest on averaged q6, favour order parameters; a network that has learned from this trajectory has "
        "seen all of its frames."
    )
