"""Attaching a table of measured values: which column names the structure, which holds the value."""

import re
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from core.structures.label_table import LabelColumn

_ID_NAMES = ("id", "name", "structure", "file", "cif", "material")


class LabelsDialog(QDialog):
    """Asks how to read a table; `chosen` gives the id column and the column of values."""

    chosen = Signal(str, object)

    def __init__(self, table: Path, header: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import measured values")
        self.id_column = _column_box("Column with the names", header)
        self.value_column = _column_box("Column with the values", header)
        self.property_name = QLineEdit()
        self.unit = QLineEdit(placeholderText="for example eV; empty if none")
        self.log10 = QCheckBox("Learn the logarithm (for values over many orders of magnitude)")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Import")
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out(table)
        self.value_column.currentTextChanged.connect(self._on_value_column)
        self.property_name.textChanged.connect(self._judge)
        self.id_column.currentTextChanged.connect(self._judge)
        self.id_column.setCurrentIndex(guess_id_column(header))
        self.value_column.setCurrentIndex(min(len(header) - 1, self.id_column.currentIndex() + 1))
        self._on_value_column()

    def _on_value_column(self) -> None:
        name, unit = split_unit(self.value_column.currentText())
        self.property_name.setText(name)
        self.unit.setText(unit)
        self._judge()

    def _judge(self) -> None:
        distinct = self.id_column.currentText() != self.value_column.currentText()
        complete = distinct and bool(self.property_name.text().strip())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(complete)

    def _accept(self) -> None:
        column = LabelColumn(
            name=self.property_name.text().strip(),
            column=self.value_column.currentText(),
            unit=self.unit.text().strip(),
            log10=self.log10.isChecked(),
        )
        self.chosen.emit(self.id_column.currentText(), column)
        self.accept()

    def _lay_out(self, table: Path) -> None:
        layout = QVBoxLayout(self)
        explanation = (
            f"{table.name}: a name is that of the structure's file without its ending. "
            "A value such as <1E-10 is kept as a bound."
        )
        layout.addWidget(QLabel(explanation, wordWrap=True))
        form = QFormLayout()
        for label, widget in (
            ("Names are in", self.id_column),
            ("Values are in", self.value_column),
            ("Property", self.property_name),
            ("Unit", self.unit),
            ("", self.log10),
        ):
            form.addRow(label, widget)
        layout.addLayout(form)
        layout.addWidget(self.buttons)


def guess_id_column(header: list[str]) -> int:
    """The first column whose title sounds like a name, else the first."""
    titles = [title.strip().lower() for title in header]
    return next((titles.index(name) for name in _ID_NAMES if name in titles), 0)


def split_unit(title: str) -> tuple[str, str]:
    """Take `band gap (eV)` apart into name and unit; a title without brackets has no unit."""
    match = re.fullmatch(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]\s*", title)
    return (match[1], match[2]) if match else (title, "")


def _column_box(name: str, header: list[str]) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.addItems(header)
    return box
