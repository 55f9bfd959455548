"""A study at a glance: how many of its cells are done, and its learning curves so far."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.jobs.results.study_report import StudyReport
from desktop_app.study.cells_bar import CellsBar
from desktop_app.study.learning_curves import LearningCurves


class StudyGlance(QWidget):
    """What stands in the place of loss curves, which a study has none of its own of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress, self.curves = CellsBar(), LearningCurves()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.progress)
        layout.addWidget(self.curves, 1)

    def show_report(self, report: StudyReport, unit: str) -> None:
        """Show how far it is; `unit` is that of the errors."""
        self.progress.show_report(report)
        self.curves.show_points(report.points, unit)
