"""Light and dark, following the system unless the user chose."""

from enum import StrEnum

import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.look.colours import DARK, LIGHT, Inks


class Theme(StrEnum):
    """What the user can choose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


_SCHEMES = {
    Theme.SYSTEM: Qt.ColorScheme.Unknown,
    Theme.LIGHT: Qt.ColorScheme.Light,
    Theme.DARK: Qt.ColorScheme.Dark,
}


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Set style and palette of the whole program.

    The scheme is asked of the system, for window frames; the palette is set by hand because not
    every platform answers.
    """
    hints = app.styleHints()
    hints.setColorScheme(_SCHEMES[theme])
    dark = theme is Theme.DARK or (theme is Theme.SYSTEM and hints.colorScheme() is Qt.ColorScheme.Dark)
    inks = DARK if dark else LIGHT
    app.setStyle("Fusion")
    app.setPalette(make_palette(inks))
    pyqtgraph.setConfigOptions(background=inks.base, foreground=inks.faint, antialias=True)


def inks_of(widget: QWidget) -> Inks:
    """The colours that suit the widget's present palette."""
    return _inks(widget.palette())


def present_inks() -> Inks:
    """The colours of the theme applied last, which widgets take on with their next event."""
    return _inks(QApplication.palette())


def _inks(palette: QPalette) -> Inks:
    return DARK if palette.color(QPalette.ColorRole.Window).lightnessF() < 0.5 else LIGHT


def make_palette(inks: Inks) -> QPalette:
    """Spread the inks over the roles that Qt's Fusion style uses."""
    role = QPalette.ColorRole
    palette = QPalette()
    for name, color in {
        role.Window: inks.window,
        role.WindowText: inks.text,
        role.Base: inks.base,
        role.AlternateBase: inks.alternate,
        role.Text: inks.text,
        role.PlaceholderText: inks.faint,
        role.Button: inks.raised,
        role.ButtonText: inks.text,
        role.BrightText: inks.error,
        role.ToolTipBase: inks.raised,
        role.ToolTipText: inks.text,
        role.Light: inks.alternate,
        role.Midlight: inks.raised,
        role.Mid: inks.line,
        role.Dark: inks.line,
        role.Highlight: inks.selection,
        role.HighlightedText: inks.selected,
        role.Link: inks.accent,
        role.LinkVisited: inks.accent,
        role.Accent: inks.accent,
    }.items():
        palette.setColor(name, QColor(color))
    for name in (role.WindowText, role.Text, role.ButtonText):
        faded = QColor(inks.faint)
        faded.setAlphaF(0.75)
        palette.setColor(QPalette.ColorGroup.Disabled, name, faded)
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(inks.line))
    return palette
