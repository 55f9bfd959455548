"""What was moved inside the panels, between sittings: borders between their parts, and hidden columns."""

from PySide6.QtWidgets import QSplitter, QWidget

from desktop_app.upkeep.settings import AppSettings
from desktop_app.widgets.table import Table


def keep_inner_layout(window: QWidget, settings: AppSettings) -> None:
    """Remember every border that has a name, and the hidden columns of every table."""
    for border in _borders(window):
        settings.keep_border(border.objectName(), border.saveState())
    for table in window.findChildren(Table):
        settings.keep_hidden_columns(table.view.accessibleName(), table.hidden_columns)


def restore_inner_layout(window: QWidget, settings: AppSettings) -> None:
    """Put borders and columns back where they were; what was never kept stays as it is."""
    for border in _borders(window):
        state = settings.border(border.objectName())
        if state is not None:
            border.restoreState(state)
    for table in window.findChildren(Table):
        table.hide_columns(settings.hidden_columns(table.view.accessibleName()))


def _borders(window: QWidget) -> list[QSplitter]:
    return [border for border in window.findChildren(QSplitter) if border.objectName()]
