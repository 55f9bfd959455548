"""What each column of a table of values is: names, values of a property, text to keep, a cell, or nothing."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QWidget,
)

from core.structures.labels.table import CELL_PARAMETERS, LabelColumn, TableMapping
from desktop_app.library.value_range import ValueRange

_ID_NAMES = ("id", "name", "structure", "file", "cif", "material")
_TITLES = ("Column", "Holds", "Property", "Unit", "Logarithm", "Errors are in")
_WIDE = ("Column", "Property")


class Role(StrEnum):
    """What a column holds."""

    NOTHING = "not used"
    NAMES = "names"
    VALUES = "values"
    TEXT = "text to keep"
    FORMULA = "formula"
    SPACE_GROUP = "space group"
    CELL_A = "cell a (Å)"
    CELL_B = "cell b (Å)"
    CELL_C = "cell c (Å)"
    CELL_ALPHA = "cell α (°)"
    CELL_BETA = "cell β (°)"
    CELL_GAMMA = "cell γ (°)"


_OF_CELL = (Role.CELL_A, Role.CELL_B, Role.CELL_C, Role.CELL_ALPHA, Role.CELL_BETA, Role.CELL_GAMMA)
_OF_ONE_COLUMN = frozenset({Role.NAMES, Role.FORMULA, Role.SPACE_GROUP, *_OF_CELL})
# What a title says of its column; where two columns sound alike, the first is taken.
_TELLING: tuple[tuple[str, Role], ...] = (
    (r"formula|composition", Role.FORMULA),
    (r"space[ _-]?group", Role.SPACE_GROUP),
    (r"doi|family|source|reference", Role.TEXT),
)


class ColumnMapping(QTableWidget):
    """One line for each column; `changed` says that :meth:`mapping` gives another answer."""

    changed = Signal()

    def __init__(self, header: Sequence[str]) -> None:
        super().__init__(len(header), len(_TITLES))
        self.setHorizontalHeaderLabels(list(_TITLES))
        self.setAccessibleName("Columns of the table")
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.verticalHeader().hide()
        self.lines = [ColumnLine(title, header) for title in header]
        self._learned: Mapping[str, bool] = {}
        for number, line in enumerate(self.lines):
            self._place(number, line)
        for place, title in enumerate(_TITLES):
            mode = (
                QHeaderView.ResizeMode.Stretch if title in _WIDE else QHeaderView.ResizeMode.ResizeToContents
            )
            self.horizontalHeader().setSectionResizeMode(place, mode)
        for line, role in zip(self.lines, guess_roles(header), strict=True):
            line.role.setCurrentText(role)

    def show_ranges(self, ranges: Mapping[str, ValueRange], learned: Mapping[str, bool]) -> None:
        """Propose log10 where values span decades; learned: the known properties, and whether as log10."""
        self._learned = learned
        for line in self.lines:
            line.range = ranges.get(line.title)
            line.propose_log10(learned)
        self.changed.emit()

    @property
    def reasons(self) -> str:
        """Why log10 was proposed, where it was and is wanted still; empty without."""
        return " ".join(filter(None, (line.reason for line in self.lines)))

    def mapping(self) -> TableMapping | None:
        """The choices; None while no column has the names or a property has no name."""
        title = {line.holds: line.title for line in self.lines if line.holds in _OF_ONE_COLUMN}
        columns = tuple(line.label_column() for line in self.lines if line.holds is Role.VALUES)
        if Role.NAMES not in title or not all(column.name for column in columns):
            return None
        cell = tuple(title.get(role, "") for role in _OF_CELL)
        return TableMapping(
            title[Role.NAMES],
            columns,
            metadata=tuple(line.title for line in self.lines if line.holds is Role.TEXT),
            formula=title.get(Role.FORMULA, ""),
            space_group=title.get(Role.SPACE_GROUP, ""),
            cell=cell if any(cell) else (),
        )

    def _place(self, number: int, line: "ColumnLine") -> None:
        for place, widget in enumerate(line.widgets()):
            self.setCellWidget(number, place, _held(widget))
        line.role.currentTextChanged.connect(lambda text: self._on_role(line))
        line.error.currentTextChanged.connect(self.changed)
        line.log10.toggled.connect(self.changed)
        line.property_name.textChanged.connect(lambda text: line.propose_log10(self._learned))
        for field in (line.property_name, line.unit):
            field.textChanged.connect(self.changed)

    def _on_role(self, changed: "ColumnLine") -> None:
        if changed.holds in _OF_ONE_COLUMN:
            for line in self.lines:
                if line is not changed and line.holds is changed.holds:
                    line.role.setCurrentText(Role.NOTHING)
        changed.propose_log10(self._learned)
        self.changed.emit()


class ColumnLine:
    """The fields of one column; those of a property are there only while it holds values."""

    def __init__(self, title: str, header: Sequence[str]) -> None:
        self.title = title
        self._shown_title = QLineEdit(title, readOnly=True, frame=False)
        self._shown_title.setCursorPosition(0)
        self._shown_title.setAccessibleName(f"Column {title}")
        self.role = QComboBox()
        self.role.addItems(list(Role))
        name, unit = split_unit(title)
        self.property_name = QLineEdit(name)
        self.property_name.setCursorPosition(0)
        self.unit = QLineEdit(unit, placeholderText="none")
        self.log10 = QCheckBox("learn log10")
        self.log10.clicked.connect(self._on_log10)
        self.range: ValueRange | None = None
        self._is_log10_chosen = False  # by the user: then nothing is proposed
        self.error = QComboBox()
        self.error.addItem("none", "")
        for other in header:
            if other != title:
                self.error.addItem(other, other)
        fields = zip(_TITLES[1:], self.widgets()[1:], strict=True)
        for what, widget in fields:
            widget.setAccessibleName(f"{what}: {title}")
        self.role.currentTextChanged.connect(self._show_fields)
        self._show_fields()

    @property
    def holds(self) -> Role:
        """What the column holds."""
        return Role(self.role.currentText())

    def propose_log10(self, learned: Mapping[str, bool]) -> None:
        """Tick log10 where the values span decades, or as the property is learned already."""
        if self.holds is Role.VALUES and not self._is_log10_chosen:
            known = learned.get(self.property_name.text().strip())
            wanted = self.range is not None and self.range.wants_log10
            self.log10.setChecked(wanted if known is None else known)

    @property
    def reason(self) -> str:
        """Why log10 was proposed; empty where it was not, or is not wanted."""
        is_proposed = self.holds is Role.VALUES and self.log10.isChecked() and not self._is_log10_chosen
        if not is_proposed or self.range is None or not self.range.wants_log10:
            return ""
        lowest, highest, decades = self.range.lowest, self.range.highest, self.range.decades
        return (
            f"'{self.title}' goes from {lowest:.3g} to {highest:.3g}, over {decades:.0f} powers of ten, so "
            "that its logarithm is learned: else the largest values would hide all others. Untick "
            "'learn log10' to learn the values as they are."
        )

    def _on_log10(self) -> None:
        self._is_log10_chosen = True

    def label_column(self) -> LabelColumn:
        """The column as one of values."""
        return LabelColumn(
            name=self.property_name.text().strip(),
            column=self.title,
            unit=self.unit.text().strip(),
            log10=self.log10.isChecked(),
            error=self.error.currentData(),
        )

    def widgets(self) -> tuple[QLineEdit | QComboBox | QCheckBox, ...]:
        """All fields from left to right."""
        return self._shown_title, self.role, self.property_name, self.unit, self.log10, self.error

    def _show_fields(self) -> None:
        for widget in (self.property_name, self.unit, self.log10, self.error):
            widget.setVisible(self.holds is Role.VALUES)


def _held(widget: QWidget) -> QWidget:
    """A cell that holds a field: the table shows the cell again with each layout, but not the field."""
    cell = QWidget()
    layout = QHBoxLayout(cell)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(widget)
    return cell


def guess_roles(header: Sequence[str]) -> list[Role]:
    """What the columns hold, as far as their titles say so."""
    names = guess_id_column(header)
    values = guess_value_column(header, names)
    roles = [Role.NOTHING] * len(header)
    roles[values] = Role.VALUES
    roles[names] = Role.NAMES
    titles = [title.strip().lower() for title in header]
    telling = list(_TELLING)
    if {"a", "b", "c"} <= set(titles):
        telling += zip(CELL_PARAMETERS, _OF_CELL, strict=True)
    for pattern, role in telling:
        for place, title in enumerate(titles):
            is_free = roles[place] is Role.NOTHING and (role not in _OF_ONE_COLUMN or role not in roles)
            if is_free and re.fullmatch(rf"(.*\W)?({pattern})(\W.*)?", title):
                roles[place] = role
    return roles


def guess_id_column(header: Sequence[str]) -> int:
    """The first column whose title sounds like a name, else the first."""
    titles = [title.strip().lower() for title in header]
    return next((titles.index(name) for name in _ID_NAMES if name in titles), 0)


def guess_value_column(header: Sequence[str], names: int) -> int:
    """The first column with a unit, else the one after the names."""
    others = [place for place in range(len(header)) if place != names]
    return next((place for place in others if split_unit(header[place])[1]), (others[names:] or others)[0])


def split_unit(title: str) -> tuple[str, str]:
    """Take `band gap (eV)` apart into name and unit; a title without brackets has no unit."""
    match = re.fullmatch(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]\s*", title)
    return (match[1], match[2]) if match else (title, "")
