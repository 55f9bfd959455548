"""Hiding sites to check what attention suggests: starts the run, finds its result, shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.config import OcclusionSettings
from core.jobs.results.attention import AttentionMap
from core.jobs.results.occlusion import OcclusionArchive, OcclusionMap
from core.jobs.run_folder import RunFolder
from core.store.requests.occlusion import create_occlusion_run, model_of
from core.structures.structure import Structure
from desktop_app.attention.occlusion_columns import (
    HiddenRow,
    hidden_model,
    hidden_rows,
    rank_correlation,
    show_hidden,
)
from desktop_app.crystal.site_values import SiteValues
from desktop_app.runs.run_poller import RunView
from desktop_app.session import Session
from desktop_app.tasks import LatestTask, TaskControl
from desktop_app.widgets.table import Table

_WHAT = (
    "Hides each site from all others in turn, then each pair of elements, and predicts again. "
    "Where attention is high but nothing changes, it was no reason."
)
_WAITING = "Run {} hides the sites as soon as its turn comes; what it finds appears here."
_FEWEST = 4  # sites that a rank correlation says something about


@dataclass(frozen=True)
class _Shown:
    """The structure that is looked at, in a run."""

    run: RunView
    structure_id: int
    structure: Structure
    attention: AttentionMap


@dataclass(frozen=True)
class _Found:
    """The result for it."""

    outputs: tuple[str, ...]
    units: tuple[str, ...]
    changes: OcclusionMap


class OcclusionView(QWidget):
    """`changed` when other values are shown, which atoms may be coloured by."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.start = QPushButton("Hide sites one by one")
        self.outputs = QComboBox()
        self.outputs.setAccessibleName("Prediction")
        self.table = Table(hidden_model(), "changes")
        self.sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._finding = LatestTask(session.tasks)
        self._shown: _Shown | None = None
        self._found: _Found | None = None
        self._head: int | None = None
        self._at_work = ""  # name of the run that was started here
        self._asked: list[str] = []  # names of the runs in which the structure was looked for last
        self.start.clicked.connect(self._start)
        self.outputs.currentIndexChanged.connect(self._refill)
        self.table.row_selected.connect(self._on_row)
        session.jobs.ended.connect(self._on_ended)
        session.jobs.runs_changed.connect(self._on_runs)
        self._lay_out()
        self.show_nothing()

    @property
    def site_values(self) -> SiteValues | None:
        """The size of the change for each site, once it is known."""
        output = self.outputs.currentIndex()
        if self._found is None or output < 0:
            return None
        title = f"Change of {self._found.outputs[output]} when hidden"
        sizes = np.abs(self._found.changes.sites[:, output])
        return SiteValues(title, self._found.units[output], sizes, "Size of the change, without its sign.")

    def show_structure(
        self, run: RunView, structure_id: int, structure: Structure, attention: AttentionMap
    ) -> None:
        """Look for what was found for this structure with the model of the run."""
        self._shown, self._found = _Shown(run, structure_id, structure, attention), None
        self._at_work = ""
        self._refill()
        self._find()

    def show_head(self, head: int | None) -> None:
        """Set the attention of another head beside the changes."""
        self._head = head
        self._refill()

    def show_nothing(self) -> None:
        """There is no structure whose sites could be hidden."""
        self._shown = self._found = None
        self._refill()

    def _start(self) -> None:
        shown, work = self._shown, OcclusionSettings()
        if shown is None:
            return
        self.start.setEnabled(False)
        make = self._session.ask(
            lambda project: create_occlusion_run(
                project, structure_ids=[shown.structure_id], model=shown.run.folder, settings=work
            )
        )
        task = self._session.start_activity("Preparing to hide sites", make)
        task.succeeded.connect(self._on_created)
        task.failed.connect(lambda error: self._refill())

    def _on_created(self, run: RunFolder) -> None:
        self._at_work = run.name
        self._session.jobs.start(run)
        self._refill()

    def _on_ended(self, name: str) -> None:
        run = self._session.jobs.runs.get(name)
        if run is not None and run.kind == "occlude":
            self._at_work = "" if name == self._at_work else self._at_work
            self._refill()
            self._find()

    def _find(self) -> None:
        shown = self._shown
        if shown is not None:
            runs = self._candidates()
            self._asked = [run.name for run in runs]
            work = finding(runs, shown.run.folder, shown.structure_id)
            self._finding.start(work, self._on_found, self._session.notes.error)

    def _on_runs(self) -> None:
        """The runs of a project become known a moment after it is open, those of before among them."""
        names = [run.name for run in self._candidates()]
        if self._shown is not None and self._found is None and names != self._asked:
            self._find()

    def _candidates(self) -> list[RunFolder]:
        return [view.folder for view in self._session.jobs.runs.values() if view.has_completed("occlude")]

    def _on_found(self, found: _Found | None) -> None:
        self._found = found
        names = () if found is None else found.outputs
        if [self.outputs.itemText(n) for n in range(self.outputs.count())] != list(names):
            self.outputs.clear()
            self.outputs.addItems(list(names))
        self._refill()

    def _on_row(self, row: HiddenRow) -> None:
        if row.site is not None:
            self._session.select_site(row.site)

    def _refill(self) -> None:
        """Show what is known, or what can be done."""
        shown, found = self._shown, self._found
        output = max(0, self.outputs.currentIndex())
        self.start.setVisible(shown is not None and found is None)
        self.start.setEnabled(not self._at_work)
        self.table.setVisible(found is not None)
        self.outputs.setVisible(found is not None and len(found.outputs) > 1)
        if shown is None or found is None or len(found.changes.sites) != shown.structure.num_sites:
            self.sentence.setText(_WAITING.format(self._at_work) if self._at_work else _WHAT)
        else:
            rows = hidden_rows(shown.structure, shown.attention, found.changes, output, self._head)
            show_hidden(self.table.model, rows, found.units[output])
            self.table.fit_columns()
            self.sentence.setText(describe(found.outputs[output], rows))
        self.changed.emit()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.start)
        row.addWidget(self.outputs)
        row.addStretch(1)
        layout.addWidget(self.sentence)
        layout.addLayout(row)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)


def finding(
    runs: Sequence[RunFolder], of: RunFolder, structure_id: int
) -> Callable[[TaskControl], _Found | None]:
    """Make work for a task: the newest of the runs that hid sites of a structure from the model of a run."""

    def find(control: TaskControl) -> _Found | None:
        candidates = [run for run in runs if run.occlusion_file.exists()]
        if not candidates:
            return None
        wanted = model_of(of)[1].sha256
        for run in sorted(candidates, key=lambda run: run.number, reverse=True):
            source = run.spec().start_from
            archive = OcclusionArchive(run.occlusion_file)
            changes = archive.get(structure_id)
            if source is not None and source.sha256 == wanted and changes is not None:
                return _Found(archive.outputs, archive.units, changes)
        return None

    return find


def describe(output: str, rows: Sequence[HiddenRow]) -> str:
    """Say whether the sites that get more attention are those that matter more."""
    coefficient, count = rank_correlation(rows)
    start = f"What hiding does to {output}."
    if count < _FEWEST or np.isnan(coefficient):
        return f"{start} Too few distinct sites to compare with attention."
    strength = "hardly" if abs(coefficient) < 0.3 else "partly" if abs(coefficient) < 0.7 else "largely"
    order = "the same order as" if coefficient >= 0 else "the opposite order of"
    words = f"Sizes are {strength} in {order} attention"
    return f"{start} {words} (rank correlation {coefficient:+.2f} over {count} sites)."
