"""The runs: their states, their curves while they go on, and stopping and resuming them."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from core.jobs.run_folder import RESUMABLE, Status
from desktop_app.actions import Actions
from desktop_app.models.run_columns import duration_text, runs_model, state_text
from desktop_app.panel import Panel
from desktop_app.runs.jobs import RunView
from desktop_app.runs.lineage import lineage_words
from desktop_app.session import Session
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.inline_message import InlineMessage
from desktop_app.widgets.loss_plot import LossPlot
from desktop_app.widgets.table import Table

_CLOCK_MILLISECONDS = 1000
_TABLE_HEIGHT = 200  # at first; the user moves the border
_STARTABLE = (Status.QUEUED, *RESUMABLE)


class RunsPanel(Panel):
    """Choosing a row shows the run everywhere."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Runs", "", "Set up a run")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["show_train"].trigger)
        self.table = Table(runs_model(), "runs")
        self.message = InlineMessage()
        self.stage = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.origin = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.origin.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.plot = LossPlot()
        self.stop_button = _action_button(actions, "stop_run")
        self.resume_button = _action_button(actions, "resume_run")
        names = ("queue_sooner", "queue_later", "queue_remove")
        self.queue_buttons = [_action_button(actions, name) for name in names]
        self.clock = QTimer(self, interval=_CLOCK_MILLISECONDS)
        self._lay_out()
        self._connect()
        self._on_runs()

    def _connect(self) -> None:
        session, actions = self.session, self.actions_table
        self.table.row_selected.connect(lambda run: session.select_run(run.name))
        session.jobs.runs_changed.connect(self._on_runs)
        session.jobs.progressed.connect(self._on_progress)
        session.run_selected.connect(self._on_run_selected)
        session.project_changed.connect(self._on_runs)
        actions["stop_run"].triggered.connect(self._stop)
        actions["resume_run"].triggered.connect(self._resume)
        self.clock.timeout.connect(self._on_tick)

    def _on_runs(self) -> None:
        runs = list(self.session.jobs.runs.values())
        self.table.model.set_rows(sorted(runs, key=lambda run: run.name, reverse=True))
        if not runs:
            project = self.session.project
            sentence = "Nothing has been trained yet." if project else "No project is open."
            self.show_empty(sentence, "Set up a run" if project else "")
        else:
            self.show_content()
            if self.session.run_name is None:
                self.session.select_run(max(run.name for run in runs))
        self.table.fit_columns()
        active = bool(self.session.jobs.active())
        if active != self.clock.isActive():
            self.clock.start() if active else self.clock.stop()
        self._on_run_selected()

    def _on_run_selected(self) -> None:
        run = self.session.run
        self.table.select_row(lambda row: run is not None and row.name == run.name)
        self._show(run)

    def _on_progress(self, name: str) -> None:
        self.table.model.refresh()
        run = self.session.run
        if run is not None and run.name == name:
            self._show(run)

    def _on_tick(self) -> None:
        self.table.model.refresh()
        self._show_stage(self.session.run)

    def _show(self, run: RunView | None) -> None:
        stop, resume = self.actions_table["stop_run"], self.actions_table["resume_run"]
        can_stop = run is not None and run.is_active and not run.stopping
        stop.setEnabled(can_stop)
        stop.setText("Stopping…" if run is not None and run.is_active and run.stopping else "Stop and keep")
        resume.setEnabled(run is not None and can_start(run))
        self.actions_table["open_run_folder"].setEnabled(run is not None)
        is_waiting = run is not None and run.is_waiting
        for button in (self.stop_button, self.resume_button):
            button.setVisible(not is_waiting)
        for button in self.queue_buttons:
            button.setVisible(is_waiting)
        if run is None:
            return
        self.origin.setText(lineage_words(run, self.session.jobs.runs))
        self.plot.show_history(run.history)
        self._show_stage(run)
        if run.problem is not None:
            self.message.show_error(run.problem.message, run.problem.hint)
        elif warnings := [m.text for m in run.history.messages if m.level == "warning"]:
            more = f" (and {len(warnings) - 1} more messages)" if len(warnings) > 1 else ""
            self.message.show_warning(warnings[-1] + more)
        else:
            self.message.clear()

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
        if run.is_active and history.epochs and history.num_epochs:
            left = history.num_epochs - history.epochs_done
            parts.append(f"about {duration_text(left * history.seconds_per_epoch())} left")
        self.stage.setText(",  ".join(parts))

    def _stop(self) -> None:
        if self.session.run is not None:
            self.session.jobs.stop(self.session.run.name)

    def _resume(self) -> None:
        if self.session.run is not None:
            self.actions_table["resume_run"].setEnabled(False)
            self.session.jobs.start(self.session.run.folder)

    def _lay_out(self) -> None:
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        buttons = QHBoxLayout()
        buttons.addWidget(self.stop_button)
        buttons.addWidget(self.resume_button)
        for button in self.queue_buttons:
            button.hide()  # before it counts as width
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.stage.setWordWrap(True)
        column.addWidget(self.stage)
        column.addWidget(self.origin)
        column.addLayout(buttons)
        column.addWidget(self.message)
        column.addWidget(self.plot, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(below)
        splitter.setSizes([_TABLE_HEIGHT, 2 * _TABLE_HEIGHT])
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)


def can_start(run: RunView) -> bool:
    """Whether a run can be started, or resumed."""
    return run.status in _STARTABLE and run.spec is not None and not run.is_waiting


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
