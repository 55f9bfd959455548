"""All keys, from the table of commands."""

from PySide6.QtWidgets import QWidget

from desktop_app.actions import COMMANDS
from desktop_app.dialogs.side_dialog import SideDialog
from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel
from desktop_app.widgets.table import Table


class ShortcutsDialog(SideDialog):
    """Lists the commands that have a key."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Keyboard shortcuts", (90, 70), parent)
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
        self.column.addWidget(self.table)
