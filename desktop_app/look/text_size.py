"""How large words are, against what the system has."""

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

USUAL = 100
SIZES = (USUAL, 115, 130, 150)  # per cent


def apply_text_size(percent: int) -> None:
    """Make all words of the program so large; windows that are open are laid out anew."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPointSizeF(font.pointSizeF() * percent / USUAL)
    QApplication.setFont(font)


def next_size(percent: int, steps: int) -> int:
    """The size so many steps up, or down, the ladder; its ends are not left."""
    place = SIZES.index(percent) + steps
    return SIZES[max(0, min(place, len(SIZES) - 1))]
