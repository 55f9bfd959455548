"""Choosing which structures the library shows; the table follows each change at once."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.store.library.query import PropertyRange, StructureQuery
from desktop_app.library.periodic_table import PeriodicTable, Presence
from desktop_app.library.query_words import flag_words
from desktop_app.library.search import Choices

_MOST_SITES, _LAST_SPACE_GROUP = 99_999, 230
_ANY_FLAG = "any"  # what the store calls structures with a remark, whichever


class FilterDialog(QDialog):
    """Stays open beside the table; `changed` says that :meth:`query` gives another answer."""

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Filter structures")
        self.formula = QLineEdit(placeholderText="for example LiFePO4, in any order")
        self.elements = PeriodicTable()
        self.fewest, self.most = _any_number(_MOST_SITES), _any_number(_MOST_SITES)
        self.space_group = _any_number(_LAST_SPACE_GROUP)
        self.property_name = QComboBox()
        self.lowest, self.highest = _limit("from"), _limit("to")
        self.order, self.flag, self.tag, self.title = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self.told = QLineEdit(placeholderText="holds")
        self.deleted = QCheckBox("Show what was deleted, to bring it back")
        for text, value in (("any", None), ("ordered", True), ("disordered", False)):
            self.order.addItem(text, value)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Reset | QDialogButtonBox.StandardButton.Close
        )
        self.buttons.rejected.connect(self.close)
        self.buttons.button(QDialogButtonBox.StandardButton.Reset).clicked.connect(self.clear)
        self.offer(Choices())
        self._lay_out()
        self._connect()

    def query(self) -> StructureQuery:
        """All conditions of the dialog."""
        name = self.property_name.currentData()
        wanted = PropertyRange(name, _number(self.lowest), _number(self.highest)) if name else None
        return StructureQuery(
            formula=self.formula.text().strip(),
            elements_all=self.elements.with_presence(Presence.PRESENT),
            elements_none=self.elements.with_presence(Presence.ABSENT),
            num_sites=(self.fewest.value() or None, self.most.value() or None),
            space_groups=(self.space_group.value(),) if self.space_group.value() else (),
            properties=(wanted,) if wanted else (),
            is_ordered=self.order.currentData(),
            flags=(self.flag.currentData(),) if self.flag.currentData() else (),
            tags=(self.tag.currentData(),) if self.tag.currentData() else (),
            metadata=((title, self.told.text().strip()),) if (title := self.title.currentData()) else (),
            deleted=self.deleted.isChecked(),
        )

    def offer(self, choices: Choices) -> None:
        """Change what can be chosen, without a word; a choice that is gone becomes any."""
        flags = [(_ANY_FLAG, "with a remark"), *((code, flag_words(code)) for code in choices.flags)]
        _refill(self.property_name, [(name, name) for name in choices.properties])
        _refill(self.flag, flags)
        _refill(self.tag, [(tag, tag) for tag in choices.tags])
        _refill(self.title, [(title, title) for title in choices.metadata])

    def clear(self) -> None:
        """Ask for everything again."""
        for child in self.findChildren(QWidget):
            child.blockSignals(True)
        for line in (self.formula, self.lowest, self.highest, self.told):
            line.clear()
        for box in (self.fewest, self.most, self.space_group):
            box.setValue(0)
        for choice in (self.property_name, self.order, self.flag, self.tag, self.title):
            choice.setCurrentIndex(0)
        self.elements.clear()
        self.deleted.setChecked(False)
        for child in self.findChildren(QWidget):
            child.blockSignals(False)
        self.changed.emit()

    def _connect(self) -> None:
        for line in (self.formula, self.lowest, self.highest, self.told):
            line.textChanged.connect(self.changed)
        for box in (self.fewest, self.most, self.space_group):
            box.valueChanged.connect(self.changed)
        for choice in (self.property_name, self.order, self.flag, self.tag, self.title):
            choice.activated.connect(self.changed)
        self.elements.changed.connect(self.changed)
        self.deleted.toggled.connect(self.changed)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        hint = "Click an element once: it must be there. Twice: it must not."
        layout.addWidget(QLabel(hint, wordWrap=True))
        layout.addWidget(self.elements)
        form = QFormLayout()
        form.addRow("Formula", self.formula)
        form.addRow("Sites", _side_by_side(self.fewest, QLabel("to"), self.most))
        form.addRow("Space group", self.space_group)
        form.addRow("Property", _side_by_side(self.property_name, self.lowest, self.highest))
        form.addRow("Order", self.order)
        form.addRow("Remarks", self.flag)
        form.addRow("Tag", self.tag)
        form.addRow("Metadata", _side_by_side(self.title, self.told))
        form.addRow("", self.deleted)
        layout.addLayout(form)
        layout.addWidget(self.buttons)


def _any_number(largest: int) -> QSpinBox:
    box = QSpinBox(maximum=largest)
    box.setSpecialValueText("any")
    return box


def _limit(words: str) -> QLineEdit:
    line = QLineEdit(placeholderText=words)
    validator = QDoubleValidator(line)
    validator.setLocale(QLocale.c())
    line.setValidator(validator)
    return line


def _number(line: QLineEdit) -> float | None:
    """The number in a field; None while it is empty or half typed."""
    try:
        return float(line.text())
    except ValueError:
        return None


def _refill(box: QComboBox, items: Sequence[tuple[str, str]]) -> None:
    chosen = box.currentData()
    box.clear()
    box.addItem("any", None)
    for value, text in items:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))


def _side_by_side(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return row
