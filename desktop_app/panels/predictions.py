"""What a run predicts: table and plot, and its error beside two baselines."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, fields
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.errors import SettingError
from core.jobs.results.trust_words import level_of_intervals
from core.jobs.run_folder import Status
from core.jobs.spec import PropertySpec
from core.store.project import Project
from core.store.requests.model_header import predicted_properties
from core.store.rows import PredictionRow
from core.store.runs.error_breakdown import Breakdown, break_down
from core.store.runs.ingest import predictions
from desktop_app.actions import Actions
from desktop_app.forms.choice_box import offer
from desktop_app.look.plain_text import with_unit, with_units_tied
from desktop_app.panel import Panel
from desktop_app.plots.export import ExportButton
from desktop_app.predictions.candidates import Candidate, rank_rows
from desktop_app.predictions.error_views import ErrorViews
from desktop_app.predictions.parity_plot import ParityPlot
from desktop_app.predictions.prediction_columns import (
    candidate_columns,
    prediction_columns,
    prediction_of,
    predictions_model,
)
from desktop_app.predictions.rank_box import RankBox
from desktop_app.predictions.ranked_plot import RankedPlot
from desktop_app.predictions.words import NOTHING_MEASURED, describe_trust, is_measured
from desktop_app.runs.error_words import describe_errors
from desktop_app.runs.run_box import RunBox
from desktop_app.runs.run_poller import RunView
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.table import Table

_PLOT_HEIGHT = 330  # at first; the user moves the border


@dataclass(frozen=True)
class _Answer:
    """What a run predicts, and the figures in its result; `known` are the structures that were measured."""

    rows: list[PredictionRow]
    result: Mapping[str, Any]
    properties: Mapping[str, PropertySpec] = field(default_factory=dict)
    breakdowns: Mapping[str, Breakdown] = field(default_factory=dict)  # by property
    known: Mapping[str, frozenset[int]] = field(default_factory=dict)  # by property

    def figures(self, group: str, name: str) -> Mapping[str, Any]:
        """Those of a property in a group of the result; empty where there are none."""
        return (self.result.get(group) or {}).get(name) or {}


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
        self.ranks = RankBox()
        self.table = Table(predictions_model(), "predictions")
        self.plot, self.ranked = ParityPlot(), RankedPlot()
        self._plots = QStackedWidget()  # the second where nothing is measured
        for plot in (self.plot, self.ranked):
            self._plots.addWidget(plot)
        self.views = ErrorViews(self._plots, "Parity")
        self.export = ExportButton(self.plot.plot, "predictions", self._all_rows)
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
        self.ranks.chosen.connect(self._on_rank)
        self.table.row_selected.connect(self._on_row)
        for chosen in (self.plot.point_clicked, self.ranked.point_clicked, self.views.structure_chosen):
            chosen.connect(session.select_structure)
        self.export.written.connect(session.notes.done)
        self.export.failed.connect(session.notes.error)

    def _on_runs(self) -> None:
        """Show the selected run when it predicts, else the newest that does."""
        run = self.runs.offer(self.session.jobs.runs.values(), self.session.run)
        if run is None:
            self._shown = None
            sentence = "Fine-tune on a measured property: its predictions appear here."
            self.show_empty(sentence, "Set up a run")
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
        question = self.session.ask(partial(_read, run))
        self._loading.start(question, self._on_loaded, self.session.notes.error)

    def _on_loaded(self, answer: _Answer) -> None:
        self._answer = answer
        names = list(dict.fromkeys(row.property for row in answer.rows))
        offer(self.properties, [(name, name) for name in names])
        self.properties.setVisible(len(names) > 1)
        self._show_property()

    def _show_property(self) -> None:
        name = self.properties.currentText()
        spec, answer = self._spec_of(name), self._answer
        rows = [row for row in answer.rows if row.property == name]
        log, trust = spec.transform == "log10", answer.figures("trust", name)
        problem = self._fill_table(rows, spec, trust)
        self._show_plot(rows, with_unit(name, spec.unit), log=log)
        error_unit = "decades" if log else spec.unit
        self.views.show_breakdown(answer.breakdowns.get(name, Breakdown()), error_unit)
        errors = describe_errors(answer.figures("metrics", name)) if is_measured(rows) else NOTHING_MEASURED
        words = (problem, errors, describe_trust(trust, rows))
        self.figures.setText(with_units_tied(" ".join(filter(None, words)), spec.unit, spec.learned_unit))
        self._on_structure()

    def _show_plot(self, rows: list[PredictionRow], quantity: str, *, log: bool) -> None:
        """Draw predicted against measured, or in their order where nothing is measured."""
        measured = is_measured(rows)
        self._plots.setCurrentWidget(self.plot if measured else self.ranked)
        self.views.setTabText(0, "Parity" if measured else "Predicted")
        tip = "Predicted against measured" if measured else "Predictions and their intervals, highest first"
        self.views.setTabToolTip(0, tip)
        self.plot.show_predictions(rows, quantity, log=log)
        self.ranked.show_predictions([] if measured else rows, quantity, log=log)
        self.export.take_from((self.plot if measured else self.ranked).plot)

    def _fill_table(self, rows: list[PredictionRow], spec: PropertySpec, trust: Mapping[str, Any]) -> str:
        """Show the predictions, or the candidates as wished; gives the sentence that says why it cannot."""
        order, log = self.ranks.order(), spec.transform == "log10"
        level = level_of_intervals(trust)
        problem = ""
        if order is not None:
            try:
                known = self._answer.known.get(spec.name, frozenset())
                unknown = [row for row in rows if row.measured is not None or row.structure_id not in known]
                candidates = rank_rows(unknown, spec, order, trust)
                problem = "" if candidates else "No structure here is without a measured value."
                columns = candidate_columns(spec.unit, log=log, score=self.ranks.score, level=level)
                self.table.model.set_rows(candidates, columns)
            except SettingError as error:
                order, problem = None, str(error)
        if order is None:
            self.table.model.set_rows(rows, prediction_columns(spec.unit, log=log, level=level))
        self.table.fit_columns()
        return problem

    def _on_rank(self) -> None:
        """Show another order, which a click on a title must not have changed."""
        header = self.table.view.horizontalHeader()
        header.setSortIndicator(-1, header.sortIndicatorOrder())
        self._show_property()

    def _on_row(self, row: PredictionRow | Candidate) -> None:
        self.session.select_structure(prediction_of(row).structure_id)

    def _spec_of(self, name: str) -> PropertySpec:
        return self._answer.properties.get(name, PropertySpec(name=name))

    def _all_rows(self) -> tuple[list[str], list[list[object]]]:
        """Every prediction of the property, for a file."""
        names = [field.name for field in fields(PredictionRow)]
        rows = [row for row in self._answer.rows if row.property == self.properties.currentText()]
        return names, [["" if value is None else value for value in astuple(row)] for row in rows]

    def _on_structure(self) -> None:
        wanted = self.session.structure_id
        self.table.select_row(lambda row: prediction_of(row).structure_id == wanted)
        self.plot.select(wanted)
        self.ranked.select(wanted)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self.runs, 1)
        top.addWidget(self.properties)
        top.addWidget(self.export)
        layout.addLayout(top)
        layout.addWidget(self.figures)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setObjectName("predictions")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.views)
        splitter.addWidget(self._ranked_table())
        splitter.setSizes([_PLOT_HEIGHT, _PLOT_HEIGHT * 2 // 3])
        layout.addWidget(splitter, 1)

    def _ranked_table(self) -> QWidget:
        """The table under the box that says what is in it."""
        part = QWidget()
        layout = QVBoxLayout(part)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.ranks)
        layout.addWidget(self.table, 1)
        return part


def has_predictions(run: RunView) -> bool:
    """Whether a run can have predictions to show."""
    return run.status is Status.COMPLETED and run.folder.predictions_file.exists()


def _read(run: RunView, project: Project) -> _Answer:
    """Everything that is shown of a run; for a thread."""
    rows = predictions(project, run.name)
    result = run.folder.result() if run.status is Status.COMPLETED else {}
    specs = run.spec.properties if run.spec is not None else ()
    # Runs of an earlier version that predict do not say what; their model does.
    properties = {prop.name: prop for prop in specs or predicted_properties(run.folder.start_model_file)}
    breakdowns = {
        name: break_down(
            project,
            run.folder,
            [row for row in rows if row.property == name],
            log=name in properties and properties[name].transform == "log10",
        )
        for name in dict.fromkeys(row.property for row in rows)
    }
    known = {prop.name: frozenset(project.labels(prop.name)) for prop in project.properties()}
    return _Answer(rows, result, properties, breakdowns, known)
