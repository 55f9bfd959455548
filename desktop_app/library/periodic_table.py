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


class Wish(StrEnum):
    """What is asked of an element."""

    ANY = "any"
    PRESENT = "must be there"
    ABSENT = "must not be there"


_NEXT = {Wish.ANY: Wish.PRESENT, Wish.PRESENT: Wish.ABSENT, Wish.ABSENT: Wish.ANY}


class PeriodicTable(QWidget):
    """A click goes from open to wanted to unwanted and back; `changed` says that it did."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wishes = dict.fromkeys(_PLACES, Wish.ANY)
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

    def with_wish(self, wish: Wish) -> tuple[str, ...]:
        """The elements of which this is asked."""
        return tuple(symbol for symbol, asked in self._wishes.items() if asked is wish)

    def clear(self) -> None:
        """Leave every element open, without saying so."""
        for symbol in (*self.with_wish(Wish.PRESENT), *self.with_wish(Wish.ABSENT)):
            self._wishes[symbol] = Wish.ANY
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
        self._wishes[symbol] = _NEXT[self._wishes[symbol]]
        self._paint(symbol)
        self.changed.emit()

    def _paint(self, symbol: str) -> None:
        """Colour, and for the colour-blind a line through what is unwanted."""
        button, wish = self.buttons[symbol], self._wishes[symbol]
        inks = inks_of(self)
        ground = {Wish.ANY: inks.raised, Wish.PRESENT: BLUE, Wish.ABSENT: VERMILION}[wish]
        ink = inks.text if wish is Wish.ANY else "#ffffff"
        button.setStyleSheet(
            f"QPushButton {{ background: {ground}; color: {ink}; border: 1px solid {inks.line}; }}"
            f"QPushButton:focus {{ border: 2px solid {inks.text}; }}"
        )
        font = button.font()
        font.setStrikeOut(wish is Wish.ABSENT)
        font.setBold(wish is Wish.PRESENT)
        button.setFont(font)
        button.setToolTip(f"{symbol}: {wish}")
        button.setAccessibleName(f"{symbol}: {wish}")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
