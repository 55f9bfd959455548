"""The periodic table to click on: each element is wanted, unwanted or left open."""

from enum import StrEnum

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from desktop_app.look.colours import BLUE, VERMILION, Inks
from desktop_app.look.theme import inks_of

# Rows as they are printed; a dot leaves a place free. Lanthanides and actinides stand below.
_ROWS = """
    H . . . . . . . . . . . . . . . . He
    Li Be . . . . . . . . . . B C N O F Ne
    Na Mg . . . . . . . . . . Al Si P S Cl Ar
    K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr
    Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe
    Cs Ba . Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn
    Fr Ra
    . . La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu
    . . Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr
"""
_PLACES = {
    symbol: (line, place)
    for line, row in enumerate(_ROWS.strip().splitlines())
    for place, symbol in enumerate(row.split())
    if symbol != "."
}


class Presence(StrEnum):
    """What is asked of an element."""

    ANY = "any"
    PRESENT = "must be there"
    ABSENT = "must not be there"


_NEXT = {Presence.ANY: Presence.PRESENT, Presence.PRESENT: Presence.ABSENT, Presence.ABSENT: Presence.ANY}


class PeriodicTable(QWidget):
    """A click goes from open to wanted to unwanted and back; `changed` says that it did."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked = dict.fromkeys(_PLACES, Presence.ANY)
        self.buttons = {symbol: QPushButton(symbol) for symbol in _PLACES}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        width = self.fontMetrics().horizontalAdvance("Mm") + 8
        for symbol, button in self.buttons.items():
            button.setFixedSize(width, self.fontMetrics().height() + 6)
            button.clicked.connect(lambda checked=False, of=symbol: self._turn(of))
            layout.addWidget(button, *_PLACES[symbol])
        self._painted: Inks | None = None  # for which theme; a hundred style sheets take their time

    def with_presence(self, presence: Presence) -> tuple[str, ...]:
        """The elements of which this is asked."""
        return tuple(symbol for symbol, asked in self._asked.items() if asked is presence)

    def clear(self) -> None:
        """Leave every element open, without saying so."""
        for symbol in (*self.with_presence(Presence.PRESENT), *self.with_presence(Presence.ABSENT)):
            self._asked[symbol] = Presence.ANY
            self._paint(symbol)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self._paint_all()

    def showEvent(self, event: QShowEvent) -> None:
        """Colour the elements when they are first seen, and after the theme has changed."""
        super().showEvent(event)
        if self._painted != inks_of(self):
            self._paint_all()

    def _paint_all(self) -> None:
        self._painted = inks_of(self)
        for symbol in self.buttons:
            self._paint(symbol)

    def _turn(self, symbol: str) -> None:
        self._asked[symbol] = _NEXT[self._asked[symbol]]
        self._paint(symbol)
        self.changed.emit()

    def _paint(self, symbol: str) -> None:
        """Colour, and for the colour-blind a line through what is unwanted."""
        button, presence = self.buttons[symbol], self._asked[symbol]
        inks = inks_of(self)
        ground = {Presence.ANY: inks.raised, Presence.PRESENT: BLUE, Presence.ABSENT: VERMILION}[presence]
        ink = inks.text if presence is Presence.ANY else "#ffffff"
        button.setStyleSheet(
            f"QPushButton {{ background: {ground}; color: {ink}; border: 1px solid {inks.line}; }}"
            f"QPushButton:focus {{ border: 2px solid {inks.text}; }}"
        )
        font = button.font()
        font.setStrikeOut(presence is Presence.ABSENT)
        font.setBold(presence is Presence.PRESENT)
        button.setFont(font)
        button.setToolTip(f"{symbol}: {presence}")
        button.setAccessibleName(f"{symbol}: {presence}")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
