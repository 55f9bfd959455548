"""A list of what could not be used, with the reasons: to read, to copy, to save."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from core.errors import CoreError
from core.jobs.csv_file import write_csv
from desktop_app.dialogs.ask import ask_save
from desktop_app.models.rows_model import RowsModel
from desktop_app.notes import Notes
from desktop_app.upkeep.settings import AppSettings
from desktop_app.widgets.table import Table


class ReportDialog(QDialog):
    """Shows the rows of a model; not modal, deleted when closed."""

    def __init__(
        self,
        title: str,
        sentence: str,
        model: RowsModel,
        settings: AppSettings,
        notes: Notes,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._settings, self._notes = settings, notes
        self.table = Table(model, "lines")
        self.table.fit_columns()
        self.save_button = QPushButton("Save as CSV…")
        self.save_button.clicked.connect(self._save)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.addButton(self.save_button, QDialogButtonBox.ButtonRole.ActionRole)
        self.buttons.rejected.connect(self.close)
        self.column = QVBoxLayout(self)
        self.column.addWidget(QLabel(sentence, wordWrap=True, textFormat=Qt.TextFormat.PlainText))
        self.column.addWidget(self.table, 1)
        self.column.addWidget(self.buttons)
        letter = self.fontMetrics().averageCharWidth()
        self.resize(QSize(letter * 190, letter * 90).boundedTo(self.screen().availableSize()))

    def _save(self) -> None:
        path = ask_save(self, "Save report", "report.csv", "CSV (*.csv)", self._settings)
        if path is None:
            return
        try:
            model = self.table.model
            lines = [model.plain_cells(line) for line in range(model.rowCount())]
            write_csv(path, model.titles(), lines)
        except CoreError as error:
            self._notes.error(error)
        except OSError as error:
            self._notes.error(
                CoreError(f"'{path}' could not be written: {error.strerror}.", "Choose another place.")
            )
        else:
            self._notes.done(f"Report saved as {path.name}.")
