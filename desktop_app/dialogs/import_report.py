"""The report on an import: what was not read and what has remarks, by kind, with a way to the structures."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QHBoxLayout, QLabel, QPushButton, QWidget

from core.store.importing.report import ReportRow
from desktop_app.dialogs.report import ReportDialog
from desktop_app.library.report_columns import import_report_model
from desktop_app.notes import Notes
from desktop_app.upkeep.settings import AppSettings

_DETAIL_LINES = 4
_SENTENCE = (
    "What was not read did not become structures; all else was imported. Remarks are on structures of the "
    "library: a double click shows the structure."
)


class ImportReportDialog(ReportDialog):
    """Shows the rows of one kind, or all; `structure_chosen` gives the number of the one to show."""

    structure_chosen = Signal(int)

    def __init__(
        self,
        rows: Sequence[ReportRow],
        collection: str | None,
        settings: AppSettings,
        notes: Notes,
        parent: QWidget,
    ) -> None:
        title = "Import report" if collection is None else f"Import report of '{collection}'"
        super().__init__(title, _SENTENCE, import_report_model(), settings, notes, parent)
        self._rows = rows
        self.kinds = QComboBox()
        self.kinds.setAccessibleName("Kind")
        self.detail = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail.setMinimumHeight(self.fontMetrics().lineSpacing() * _DETAIL_LINES)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.show_button = QPushButton("Show structure")
        self.buttons.addButton(self.show_button, QDialogButtonBox.ButtonRole.ActionRole)
        self._offer_kinds()
        self._lay_out()
        self.kinds.currentIndexChanged.connect(self._show_kind)
        self.table.view.selectionModel().selectionChanged.connect(self._on_selection)
        self.table.model.modelReset.connect(self._on_selection)
        self.table.view.doubleClicked.connect(self._choose)
        self.show_button.clicked.connect(self._choose)
        self._show_kind()
        self.table.fit_columns()

    def _offer_kinds(self) -> None:
        """Everything, each of the two kinds, and each remark, with the number of rows."""
        kinds = Counter[str](row.kind for row in self._rows)
        remarks = Counter(row.remark for row in self._rows)
        self.kinds.addItem(f"Everything ({len(self._rows):,})", ("", ""))
        for kind, words in (("not read", "Not read"), ("remark", "All remarks")):
            if kinds[kind]:
                self.kinds.addItem(f"{words} ({kinds[kind]:,})", (kind, ""))
        for remark, count in sorted(remarks.items()):
            if remark:
                self.kinds.addItem(f"Remark: {remark} ({count:,})", ("remark", remark))

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(QLabel("Show"))
        line.addWidget(self.kinds)
        line.addStretch(1)
        self.column.insertLayout(1, line)
        self.column.insertWidget(3, self.detail)

    def _show_kind(self) -> None:
        kind, remark = self.kinds.currentData()
        shown = [row for row in self._rows if row.kind.startswith(kind) and remark in ("", row.remark)]
        self.table.model.set_rows(shown)
        self.table.select_line(0 if shown and self.table.model.rowCount() else None)

    def _chosen(self) -> int | None:
        row: ReportRow | None = self.table.selected_row()
        return None if row is None else row.structure_id

    def _on_selection(self) -> None:
        """Say in full what the columns may be too narrow for."""
        row: ReportRow | None = self.table.selected_row()
        self.detail.setText("" if row is None else detail_words(row))
        self.show_button.setEnabled(self._chosen() is not None)

    def _choose(self) -> None:
        number = self._chosen()
        if number is not None:
            self.structure_chosen.emit(number)


def detail_words(row: ReportRow) -> str:
    """All that a row says, in sentences, its place first."""
    places = (Path(row.path).name, row.block, "" if row.line is None else f"line {row.line}")
    place = ", ".join(dict.fromkeys(filter(None, places)))
    return f"{place}\n{row.reason}\nWhat to do: {row.hint}"
