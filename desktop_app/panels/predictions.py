"""What a run predicts: table, parity plot, and its error beside two baselines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSplitter, QVBoxLayout

from core.jobs.run_folder import Status
from core.jobs.spec import PropertySpec
from core.store.ingest import predictions
from core.store.project import Project
from core.store.rows import PredictionRow
from desktop_app.actions import Actions
from desktop_app.jobs import RunView
from desktop_app.models.prediction_columns import prediction_columns, predictions_model
from desktop_app.panel import Panel
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.parity_plot import ParityPlot
from desktop_app.widgets.run_box import RunBox
from desktop_app.widgets.table import Table

_PLOT_HEIGHT = 330  # at first; the user moves the border


@dataclass(frozen=True)
class _Answer:
    rows: list[PredictionRow]
    metrics: Mapping[str, Any]


class PredictionsPanel(Panel):
    """Choosing a row, or a point, shows the structure everywhere."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Predictions", "", "Set up a run")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["show_train"].trigger)
        self.runs = RunBox("Predictions of", has_predictions)
        self.properties = QComboBox()
        self.properties.setAccessibleName("Property")
        self.figures = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.figures.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table = Table(predictions_model(), "predictions")
        self.plot = ParityPlot()
        self._loading = LatestTask(session.tasks)
        self._answer = _Answer([], {})
        self._shown: tuple[str, Status] | None = None
        self._lay_out()
        self._connect()
        self._on_runs()

    def _connect(self) -> None:
        session = self.session
        session.jobs.runs_changed.connect(self._on_runs)
        session.jobs.ingested.connect(self._on_ingested)
        session.run_selected.connect(self._on_runs)
        session.structure_selected.connect(self._on_structure)
        self.runs.run_chosen.connect(session.select_run)
        self.properties.currentIndexChanged.connect(self._show_property)
        self.table.row_selected.connect(lambda row: session.select_structure(row.structure_id))
        self.plot.point_clicked.connect(session.select_structure)

    def _on_runs(self) -> None:
        """Show the selected run when it predicts, else the newest that does."""
        run = self.runs.offer(self.session.jobs.runs.values(), self.session.run)
        if run is None:
            self._shown = None
            project = self.session.project
            sentence = (
                "Fine-tune on a measured property: its predictions appear here."
                if project
                else "No project is open."
            )
            self.show_empty(sentence, "Set up a run" if project else "")
            return
        self.show_content()
        if self._shown != (run.name, run.status):
            self._shown = (run.name, run.status)
            self._load(run)

    def _on_ingested(self, name: str) -> None:
        if self._shown is not None and self._shown[0] == name:
            self._shown = None
        self._on_runs()

    def _load(self, run: RunView) -> None:
        def read(project: Project) -> _Answer:
            metrics = run.folder.result().get("metrics", {}) if run.status is Status.COMPLETED else {}
            return _Answer(predictions(project, run.name), metrics)

        self._loading.start(self.session.ask(read), self._on_loaded, self.session.notes.error)

    def _on_loaded(self, answer: _Answer) -> None:
        self._answer = answer
        names = list(dict.fromkeys(row.property for row in answer.rows))
        self.properties.blockSignals(True)
        chosen = self.properties.currentText()
        self.properties.clear()
        self.properties.addItems(names)
        self.properties.setCurrentIndex(max(0, self.properties.findText(chosen)))
        self.properties.blockSignals(False)
        self.properties.setVisible(len(names) > 1)
        self._show_property()

    def _show_property(self) -> None:
        name = self.properties.currentText()
        spec = self._spec_of(name)
        rows = [row for row in self._answer.rows if row.property == name]
        log = spec.transform == "log10"
        self.table.model.set_rows(rows, prediction_columns(spec.unit, log=log))
        self.table.fit_columns()
        self.plot.show_predictions(rows, f"{name} ({spec.unit})" if spec.unit else name, log=log)
        self.figures.setText(describe_errors(self._answer.metrics.get(name)))
        self._on_structure()

    def _spec_of(self, name: str) -> PropertySpec:
        run = self.session.jobs.runs.get(self._shown[0]) if self._shown else None
        properties = run.spec.properties if run and run.spec else ()
        return next((spec for spec in properties if spec.name == name), PropertySpec(name=name))

    def _on_structure(self) -> None:
        wanted = self.session.structure_id
        self.table.select_row(lambda row: row.structure_id == wanted)
        self.plot.select(wanted)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self.runs, 1)
        top.addWidget(self.properties)
        layout.addLayout(top)
        layout.addWidget(self.figures)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.plot)
        splitter.addWidget(self.table)
        splitter.setSizes([_PLOT_HEIGHT, _PLOT_HEIGHT * 2 // 3])
        layout.addWidget(splitter, 1)


def has_predictions(run: RunView) -> bool:
    """Whether a run can have predictions to show."""
    return run.status is Status.COMPLETED and run.folder.predictions_file.exists()


def describe_errors(metrics: Mapping[str, Any] | None) -> str:
    """The error on the held-out structures beside both baselines, in words."""
    held_out = (metrics or {}).get("test") or {}
    if not metrics or held_out.get("mae") is None:
        return "No measured structure was held out: there is no fair error to show."
    unit = f" {metrics['unit']}" if metrics.get("unit") else ""
    count = held_out.get("num_labels", "?")
    sentence = f"Mean absolute error {held_out['mae']:.3g}{unit} on {count} held-out values"
    if held_out.get("num_bounds"):
        sentence += f" ({held_out['num_bounds']} of them bounds)"
    others = [
        f"{words} {held_out[key]:.3g}{unit}"
        for key, words in (
            ("mae_mean_baseline", "always guessing the mean"),
            ("mae_forest_baseline", "random forest on the composition"),
        )
        if held_out.get(key) is not None
    ]
    return f"{sentence}. For comparison: {', '.join(others)}." if others else f"{sentence}."
