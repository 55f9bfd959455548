"""Attaching a table of measured values: what its columns are, and what would come of it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLabel, QVBoxLayout, QWidget

from core.errors import CoreError
from core.store.editing.labelling import LabelPreview, LabelSummary, preview_labels
from core.store.project import Project
from core.structures.labels.replicates import Replicates
from core.structures.labels.table import TableMapping
from desktop_app.library.column_mapping import ColumnMapping
from desktop_app.library.value_range import ValueRange, value_ranges
from desktop_app.look.theme import inks_of
from desktop_app.models.cells_model import Column
from desktop_app.models.rows_model import RowsModel
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.table import Table

_DELAY_MILLISECONDS = 200
_RULES: dict[str, Replicates] = {
    "the first counts": "first",
    "their mean": "mean",
    "their median": "median",
}


class LabelsDialog(QDialog):
    """Shows what an import would do before anything is written; `chosen` gives the mapping."""

    chosen = Signal(object)

    def __init__(self, table: Path, header: list[str], session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import measured values")
        self._path, self._session = table, session
        self.columns = ColumnMapping(header)
        self.replicates = QComboBox()
        for words, rule in _RULES.items():
            self.replicates.addItem(words, rule)
        self.advice = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.outcome = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.preview = Table(RowsModel([]), "first rows")
        self.preview.filter_box.hide()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._import = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._import.setText("Import")
        self._looking, self._measuring = LatestTask(session.tasks), LatestTask(session.tasks)
        self._delay = QTimer(self, singleShot=True, interval=_DELAY_MILLISECONDS)
        self._delay.timeout.connect(self._look)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self.columns.changed.connect(self._on_changed)
        self.replicates.currentIndexChanged.connect(self._on_changed)
        self.finished.connect(self._stop)
        self._is_measured = False  # the range of each column
        self._lay_out()
        self._on_changed()
        self._measure()

    def mapping(self) -> TableMapping | None:
        """All choices; None while they are not complete."""
        columns = self.columns.mapping()
        return None if columns is None else replace(columns, replicates=self.replicates.currentData())

    def _measure(self) -> None:
        """Find the range of each column, which says whether its logarithm is to be learned."""
        path = self._path

        def find(project: Project) -> tuple[Mapping[str, ValueRange], Mapping[str, bool]]:
            learned = {row.name: row.transform == "log10" for row in project.properties()}
            return value_ranges(path), learned

        def show(ranges: Mapping[str, ValueRange], learned: Mapping[str, bool]) -> None:
            self._is_measured = True
            self.columns.show_ranges(ranges, learned)

        # What is wrong with the table is said where it is previewed.
        question = self._session.ask(find)
        self._measuring.start(question, lambda found: show(*found), lambda error: show({}, {}))

    def _on_changed(self) -> None:
        """Nothing can be imported before it is known what would come of it."""
        self.advice.setText(self.columns.reasons)
        self.advice.setVisible(bool(self.columns.reasons))
        self._import.setEnabled(False)
        self._looking.abandon()
        if not self._is_measured:
            return
        if self.mapping() is None:
            self._delay.stop()
            self._say("One column must hold the names, and each property needs a name.")
        else:
            self._delay.start()

    def _look(self) -> None:
        mapping = self.mapping()
        if mapping is None:
            return
        path, columns = self._path, mapping.columns
        question = self._session.ask(
            lambda project: preview_labels(project, path, mapping.id_column, columns, mapping)
        )
        self._looking.start(question, self._show_preview, self._on_failed)

    def _show_preview(self, preview: LabelPreview) -> None:
        self.preview.model.set_rows(preview.rows, _columns(preview.header))
        self.preview.fit_columns()
        mapping = self.mapping()
        wanted = mapping is not None and bool(mapping.columns or mapping.metadata)
        self._import.setEnabled(wanted)
        self._say(outcome_words(preview.summary) if wanted else "Say which columns hold values.")

    def _on_failed(self, error: CoreError) -> None:
        self._say(f"{error.message} {error.hint}".strip(), wrong=True)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        palette = self.palette()
        if wrong:
            palette.setColor(palette.ColorRole.WindowText, inks_of(self).error)
        self.outcome.setPalette(palette)
        self.outcome.setText(text)

    def _accept(self) -> None:
        self.chosen.emit(self.mapping())
        self.accept()

    def _stop(self) -> None:
        self._delay.stop()
        for task in (self._looking, self._measuring):
            task.abandon()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        explanation = (
            f"{self._path.name}: a name is that of the structure's file without its ending. "
            "A value such as <1E-10 is kept as a bound. Formula, space group and cell are for rows without "
            "a structure."
        )
        layout.addWidget(QLabel(explanation, wordWrap=True, textFormat=Qt.TextFormat.PlainText))
        layout.addWidget(self.columns, 3)
        layout.addWidget(self.advice)
        form = QFormLayout()
        form.addRow("Of several rows with one name", self.replicates)
        layout.addLayout(form)
        layout.addWidget(self.preview, 2)
        layout.addWidget(self.outcome)
        layout.addWidget(self.buttons)
        letter = self.fontMetrics().averageCharWidth()
        self.resize(letter * 150, letter * 105)


def outcome_words(summary: LabelSummary) -> str:
    """How many structures a table would label, what it keeps besides, and what it cannot use."""
    return (
        f"{_count(summary.matched, 'value')} for {_count(summary.structures, 'structure')}; "
        f"{_count(summary.compositions, 'row')} without a structure, kept as compositions; "
        f"{_count(len(summary.invalid), 'unusable entry', 'unusable entries')}."
    )


def _count(number: int, noun: str, nouns: str = "") -> str:
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def _columns(header: tuple[str, ...]) -> list[Column]:
    def cell(place: int) -> Column:
        return Column(header[place], lambda row: row[place] if place < len(row) else "")

    return [cell(place) for place in range(len(header))]
