"""Commands on how the crystal is drawn, kept in step with the row of tools over it."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QToolButton

from desktop_app.actions import Actions
from desktop_app.crystal.style import Style
from desktop_app.crystal.view_tools import CrystalTools


class ToolActions(QObject):
    """One of the styles is ticked; names and measuring are ticked while they are wanted."""

    def __init__(self, actions: Actions, tools: CrystalTools) -> None:
        super().__init__(tools)
        self._styles = {style: actions[f"style_{style}"] for style in Style}
        self._tools = tools
        group = QActionGroup(self)
        for style, action in self._styles.items():
            group.addAction(action)
            action.triggered.connect(lambda checked=False, chosen=style: tools.choose(chosen))
        tools.styles.currentIndexChanged.connect(self._show_style)
        _bind(actions["name_atoms"], tools.names)
        _bind(actions["measure_atoms"], tools.measure)
        self._toggles = {actions["name_atoms"]: tools.names, actions["measure_atoms"]: tools.measure}
        self._show_style()

    def allow(self, is_shown: bool) -> None:
        """Enable what can be done while a crystal is shown, or nothing."""
        for action in self._styles.values():
            action.setEnabled(is_shown)
        for action, tool in self._toggles.items():
            action.setEnabled(is_shown and tool.isEnabled())

    def _show_style(self) -> None:
        self._styles[self._tools.style_chosen].setChecked(True)


def _bind(action: QAction, tool: QToolButton) -> None:
    """Let a command and a button of the row be pressed together."""
    action.toggled.connect(tool.setChecked)
    tool.toggled.connect(action.setChecked)
