"""The runs: their states, the curves of those that are chosen, and what can be done with one of them."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.jobs.results.study_report import StudyReport, read_study
from core.jobs.run_folder import Status
from desktop_app.actions import Actions
from desktop_app.panel import Panel
from desktop_app.runs.lineage import lineage_words
from desktop_app.runs.loss_plot import LossPlot
from desktop_app.runs.outcome import RunOutcome
from desktop_app.runs.outcome_words import Purpose, purpose_of
from desktop_app.runs.possible import why_not_discard, why_not_finetune, why_not_resume, why_not_stop
from desktop_app.runs.run_columns import duration_text, runs_model, seconds_left, state_text
from desktop_app.runs.run_poller import RunView, is_study
from desktop_app.session import Session
from desktop_app.study.glance import StudyGlance
from desktop_app.tasks import LatestTask
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.inline_message import InlineMessage
from desktop_app.widgets.table import Table
from desktop_app.widgets.wrapping_row import WrappingRow

_CLOCK_MILLISECONDS = 1000
_FORCE = "It does not listen: end its process now. What it has saved is kept, and it can be resumed."
_TABLE_HEIGHT = 200  # at first; the user moves the border


class RunsPanel(Panel):
    """Choosing a row shows the run everywhere; of several rows the curves are drawn together."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Runs", "", "Set up a run")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["show_train"].trigger)
        self.table = Table(runs_model(), "runs")
        self.message = InlineMessage()
        self.stage = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.origin = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.origin.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.plot, self.study, self.outcome = LossPlot(), StudyGlance(), RunOutcome()
        self.stop_button = _action_button(actions, "stop_run")
        self.resume_button = _action_button(actions, "resume_run")
        self.finetune_button = _action_button(actions, "finetune_from_run")
        self.discard_button = _action_button(actions, "discard_run")
        names = ("queue_sooner", "queue_later", "queue_remove")
        self.queue_buttons = [_action_button(actions, name) for name in names]
        self.clock = QTimer(self, interval=_CLOCK_MILLISECONDS)
        self._together: list[str] = []  # names of the runs whose rows are chosen
        self._reading = LatestTask(session.tasks)
        self._lay_out()
        self._connect()
        self._on_runs()

    def _connect(self) -> None:
        session, actions = self.session, self.actions_table
        self.table.row_selected.connect(self._on_rows)
        session.jobs.runs_changed.connect(self._on_runs)
        session.jobs.progressed.connect(self._on_progress)
        session.run_selected.connect(self._on_run_selected)
        session.project_changed.connect(self._on_runs)
        actions["stop_run"].triggered.connect(self._stop)
        actions["resume_run"].triggered.connect(self._resume)
        self.outcome.wanted.connect(lambda command: actions[command].trigger())
        self.plot.export.written.connect(session.notes.done)
        self.plot.export.failed.connect(session.notes.error)
        self.clock.timeout.connect(self._on_tick)

    def _on_runs(self) -> None:
        runs = list(self.session.jobs.runs.values())
        self.table.model.set_rows(sorted(runs, key=lambda run: run.name, reverse=True))
        if not runs:
            self.show_empty("Nothing has been trained yet.", "Set up a run")
        else:
            self.show_content()
            if self.session.run_name is None:
                self.session.select_run(max(run.name for run in runs))
        self.table.fit_columns()
        active = bool(self.session.jobs.active())
        if active != self.clock.isActive():
            self.clock.start() if active else self.clock.stop()
        self._on_run_selected()

    def _on_rows(self, run: RunView) -> None:
        """Take the run whose row was chosen last for that of all panels, and draw all chosen ones."""
        rows = [self.table.model.row(line) for line in self.table.selected_lines()]
        self._together = [row.name for row in rows]
        if run.name == self.session.run_name:
            self._show(run)
        else:
            self.session.select_run(run.name)

    def _on_run_selected(self) -> None:
        run, known = self.session.run, self.session.jobs.runs
        self._together = [name for name in self._together if name in known]
        if run is None or run.name not in self._together:
            self._together = [] if run is None else [run.name]
        if len(self._together) > 1:
            lines = range(self.table.model.rowCount())
            self.table.select_lines(n for n in lines if self.table.model.row(n).name in self._together)
        else:
            self.table.select_row(lambda row: run is not None and row.name == run.name)
        self._show(run)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what runs have told while nobody looked."""
        super().showEvent(event)
        self.table.model.refresh()
        self._show(self.session.run)

    def _on_progress(self, name: str) -> None:
        if not self.isVisible():
            return  # curves that nobody sees are not drawn five times a second
        self.table.model.refresh()
        run = self.session.run
        if run is not None and (run.name == name or name in self._together):
            self._show(run)

    def _on_tick(self) -> None:
        self.table.model.refresh()
        self._show_stage(self.session.run)
        self._show_possible(self.session.run)

    def _show(self, run: RunView | None) -> None:
        self._show_possible(run)
        if run is None:
            return
        self.origin.setText(lineage_words(run, self.session.jobs.runs))
        self._show_curves(run)
        self._show_stage(run)
        if run.problem is not None:
            self.message.show_error(run.problem.message, run.problem.hint)
        elif warnings := [m.text for m in run.history.messages if m.level == "warning"]:
            more = f" (and {len(warnings) - 1} more messages)" if len(warnings) > 1 else ""
            self.message.show_warning(warnings[-1] + more)
        else:
            self.message.clear()

    def _show_possible(self, run: RunView | None) -> None:
        """Enable what can be done with the run; where something cannot, its button says why."""
        actions = self.actions_table
        actions.allow("stop_run", why_not_stop(run))
        is_stopping = run is not None and run.is_active and run.stopping
        actions["stop_run"].setText("Stopping…" if is_stopping else "Stop and keep")
        if run is not None and run.is_deaf:
            actions["stop_run"].setText("End by force")
            actions["stop_run"].setToolTip(_FORCE)
        actions.allow("resume_run", why_not_resume(run))
        actions.allow("finetune_from_run", why_not_finetune(run))
        actions.allow("discard_run", why_not_discard(run))
        actions["open_run_folder"].setEnabled(run is not None)
        is_waiting = run is not None and run.is_waiting
        for button in (self.stop_button, self.resume_button, self.finetune_button):
            button.setVisible(not is_waiting)
        for button in self.queue_buttons:
            button.setVisible(is_waiting)

    def _show_curves(self, run: RunView) -> None:
        """Draw the chosen runs; of one that has no losses of its own, say how far it is and what it found."""
        together = [self.session.jobs.runs[name] for name in self._together]
        trained = {one.name: one.history for one in together if not is_study(one) and not purpose_of(one)}
        purpose = purpose_of(run)
        if is_study(run) and len(together) == 1:
            self._below.setCurrentWidget(self.study)
            self._read_study(run)
        elif purpose is not None and not trained:
            self._below.setCurrentWidget(self.outcome)
            self._read_outcome(run, purpose)
        elif len(together) == 1:
            self._below.setCurrentWidget(self.plot)
            self.plot.show_history(run.history)
        else:
            self._below.setCurrentWidget(self.plot)
            self.plot.show_histories(trained)

    def _read_outcome(self, run: RunView, purpose: Purpose) -> None:
        self.outcome.show_run(run, purpose, {})
        if run.status is Status.COMPLETED:
            self._reading.start(
                lambda control: run.folder.result(),
                lambda result: self.outcome.show_run(run, purpose, result),
                self.session.notes.error,
            )
        else:
            self._reading.abandon()

    def _read_study(self, run: RunView) -> None:
        spec, folder = run.spec, run.folder
        if spec is None:
            return
        unit = spec.properties[0].learned_unit if spec.properties else ""

        def show(report: StudyReport) -> None:
            self.study.show_report(report, unit)

        self._reading.start(lambda control: read_study(folder, spec), show, self.session.notes.error)

    def _show_stage(self, run: RunView | None) -> None:
        if run is None:
            return
        history = run.history
        parts = [run.name, state_text(run)]
        if run.is_active and history.stage:
            parts.append(history.stage)
        elif run.is_active and not history.last_seen:
            parts.append("loading the engine")
        if history.device:
            parts.append(history.device)
        left = seconds_left(run)
        if left is not None:
            parts.append(f"about {duration_text(left)} left")
        self.stage.setText(",  ".join(parts))

    def _stop(self) -> None:
        run = self.session.run
        if run is not None:
            end = self.session.jobs.kill if run.is_deaf else self.session.jobs.stop
            end(run.name)

    def _resume(self) -> None:
        if self.session.run is not None:
            self.actions_table.allow("resume_run", "The run is about to start.")
            self.session.jobs.start(self.session.run.folder)

    def _lay_out(self) -> None:
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        buttons = WrappingRow()
        for button in (self.stop_button, self.resume_button, self.finetune_button, *self.queue_buttons):
            buttons.addWidget(button)
        for button in self.queue_buttons:
            button.hide()  # before it counts as width
        buttons.addWidget(self.discard_button)
        self._below = QStackedWidget()
        for widget in (self.plot, self.study, self.outcome):
            self._below.addWidget(widget)
        column.addWidget(self.stage)
        column.addWidget(self.origin)
        column.addLayout(buttons)
        column.addWidget(self.message)
        column.addWidget(self._below, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setObjectName("runs")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(below)
        splitter.setSizes([_TABLE_HEIGHT, 2 * _TABLE_HEIGHT])
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)


def _action_button(actions: Actions, name: str) -> QPushButton:
    """A push button that is the action: same words, picture, state."""
    action = actions[name]
    button = QPushButton()

    def follow() -> None:
        button.setText(action.text())
        button.setIcon(action.icon())
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    action.changed.connect(follow)
    button.clicked.connect(action.trigger)
    follow()
    return button
