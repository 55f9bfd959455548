"""A list of what could not be used, with the reasons: to read, to copy, to save."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPushButton, QWidget

from core.jobs.csv_file import write_csv
from desktop_app.dialogs.ask import ask_save
from desktop_app.dialogs.side_dialog import SideDialog
from desktop_app.models.rows_model import RowsModel
from desktop_app.notes import Notes
from desktop_app.upkeep.settings import AppSettings
from desktop_app.widgets.export_menu import problem_of_writing
from desktop_app.widgets.table import Table


class ReportDialog(SideDialog):
    """Shows the rows of a model."""

    def __init__(
        self,
        title: str,
        sentence: str,
        model: RowsModel,
        settings: AppSettings,
        notes: Notes,
        parent: QWidget,
    ) -> None:
        super().__init__(title, (190, 90), parent)
        self._settings, self._notes = settings, notes
        self.table = Table(model, "lines")
        self.table.fit_columns()
        self.save_button = QPushButton("Save as CSV…")
        self.save_button.clicked.connect(self._save)
        self.buttons.addButton(self.save_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.column.addWidget(QLabel(sentence, wordWrap=True, textFormat=Qt.TextFormat.PlainText))
        self.column.addWidget(self.table, 1)

    def _save(self) -> None:
        path = ask_save(self, "Save report", "report.csv", "CSV (*.csv)", self._settings)
        if path is None:
            return
        model = self.table.model
        lines = [model.plain_cells(line) for line in range(model.rowCount())]
        problem = problem_of_writing(path, lambda to: write_csv(to, model.titles(), lines))
        if problem is None:
            self._notes.done(f"Report saved as {path.name}.")
        else:
            self._notes.error(problem)
