"""All keys, from the table of commands."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop_app.actions import COMMANDS
from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel
from desktop_app.widgets.table import Table


class ShortcutsDialog(QDialog):
    """Lists the commands that have a key; not modal."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        model = RowsModel(
            [
                Column("Key", lambda command: command.shortcut),
                Column("Command", lambda command: command.text),
                Column("What it does", lambda command: command.tip),
            ],
            searched=lambda command: f"{command.text} {command.tip} {command.shortcut}",
        )
        model.set_rows([command for command in COMMANDS if command.shortcut])
        self.table = Table(model, "commands")
        self.table.fit_columns()
        QVBoxLayout(self).addWidget(self.table)
        letter = self.fontMetrics().averageCharWidth()
        self.resize(letter * 90, letter * 70)
