"""How many of the cells of a study are done."""

from PySide6.QtWidgets import QProgressBar, QWidget

from core.jobs.results.study_report import StudyReport


class CellsBar(QProgressBar):
    """A bar with its numbers in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(True)
        self.setAccessibleName("Cells done")

    def show_report(self, report: StudyReport) -> None:
        """Show how far a study is."""
        self.setRange(0, max(report.planned, 1))
        self.setValue(report.done)
        failed = f", {report.failed} failed" if report.failed else ""
        self.setFormat(f"{report.done:,} of {report.planned:,} cells{failed}")
