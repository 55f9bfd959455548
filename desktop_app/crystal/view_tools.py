"""How the crystal is drawn: style, number of cells, names; and whether clicks measure."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QToolButton, QWidget

from desktop_app.crystal.style import Style


class CrystalTools(QWidget):
    """A row of choices; `changed` is for another scene."""

    changed = Signal()
    names_wanted = Signal(bool)
    measuring = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.styles = QComboBox()
        self.styles.setAccessibleName("Style of the crystal")
        self.styles.setToolTip(
            "Space-filling balls have covalent radii and touch where they are bonded. Polyhedra enclose "
            "sites with four to eight bonded non-metals that are all more electronegative."
        )
        for style in Style:
            self.styles.addItem(style.words, style)
        self.cells = QSpinBox(minimum=1, maximum=1, suffix=" cells")
        self.cells.setAccessibleName("Unit cells along each axis")
        self.cells.setToolTip("Unit cells shown along each of a, b and c.")
        self.names = _toggle("Names", "Write the name of its site on each atom.")
        self.measure = _toggle("Measure", "Click two atoms for their distance, a third for the angle.")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for part in (self.styles, self.cells, self.names, self.measure):
            layout.addWidget(part)
        self.styles.currentIndexChanged.connect(self.changed)
        self.cells.valueChanged.connect(self._on_cells)
        self.names.toggled.connect(self.names_wanted)
        self.measure.toggled.connect(self.measuring)
        self._word_cells()

    @property
    def style_chosen(self) -> Style:
        """How the crystal is to be drawn."""
        return Style(self.styles.currentData())

    def choose(self, style: Style) -> None:
        """Draw the crystal in another style."""
        self.styles.setCurrentIndex(self.styles.findData(style))

    def begin_anew(self, most_cells: int) -> None:
        """Show one cell of another structure, of which so many can be shown, without a signal."""
        self.cells.blockSignals(True)
        self.cells.setMaximum(most_cells)
        self.cells.setValue(1)
        self.cells.blockSignals(False)
        self._word_cells()

    def do_without_page(self) -> None:
        """Offer nothing that a still picture cannot show."""
        for tool in (self.names, self.measure):
            tool.setChecked(False)
            tool.setEnabled(False)
            tool.setToolTip("This needs the 3-D view.")

    def _on_cells(self) -> None:
        self._word_cells()
        self.changed.emit()

    def _word_cells(self) -> None:
        count = self.cells.value()
        self.cells.setSuffix(" cell" if count == 1 else f" × {count} × {count} cells")


def _toggle(text: str, tip: str) -> QToolButton:
    button = QToolButton(autoRaise=True)
    button.setText(text)
    button.setCheckable(True)
    button.setToolTip(tip)
    button.setAccessibleName(text)
    button.setAccessibleDescription(tip)
    return button
