"""Trajectories: frames of particles, how they are ordered, and which of them resemble each other."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from core.errors import CoreError
from core.jobs.run_folder import RunFolder
from desktop_app.actions import Actions
from desktop_app.forms.choice_box import choice_box, offer
from desktop_app.panel import Panel
from desktop_app.runs.run_poller import RunView
from desktop_app.session import Session
from desktop_app.tasks import LatestTask, TaskControl
from desktop_app.trajectory.bond_plot import BondPlot
from desktop_app.trajectory.frame_image import FrameImage
from desktop_app.trajectory.opened import (
    OpenedTrajectory,
    ShownFrame,
    is_analysis,
    opening,
    opening_run,
    read_frame,
)
from desktop_app.trajectory.particle_colours import ParticleColours
from desktop_app.trajectory.particle_map import ParticleMap
from desktop_app.trajectory.phase_view import PhaseView
from desktop_app.trajectory.run_forms import AnalysisForm, LearningForm
from desktop_app.trajectory.separation_view import SeparationView
from desktop_app.trajectory.stage import TrajectoryStage
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.inline_message import InlineMessage

_INVITATION = (
    "Open a trajectory of a simulation: GSD of HOOMD-blue, extended XYZ or a LAMMPS dump. It can also be "
    "dropped on the window."
)
_NOT_ANALYSED = "not analysed"


class TrajectoryPanel(Panel):
    """Plots of what an analysis found; its frames stand on the `stage`, in the middle of the window.

    `stage_wanted` tells whether the stage is to be seen there.
    """

    stage_wanted = Signal(bool)

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Trajectory", _INVITATION, "Open trajectory…")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["open_trajectory"].trigger)
        self.sample_button = QPushButton(actions["open_sample_trajectory"].text())
        self.sample_button.clicked.connect(actions["open_sample_trajectory"].trigger)
        empty.add_button(self.sample_button)
        self.stage = TrajectoryStage()
        self.name = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.open_button = QPushButton("Open…")
        self.analyses = choice_box("Analysis")
        self.message = InlineMessage()
        self.progress = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.stop_button = QPushButton("Stop")
        self.map, self.phases, self.bonds = ParticleMap(), PhaseView(), BondPlot()
        self.frames, self.separation = FrameImage(), SeparationView()
        self.analysis, self.learning = AnalysisForm(session), LearningForm(session)
        self.views = QTabWidget()
        self._opening, self._reading = LatestTask(session.tasks), LatestTask(session.tasks)
        self._opened: OpenedTrajectory | None = None
        self._coming: int | None = None  # the particle to ring once its frame is shown
        self._asked: str | None = None  # the run that is at work for this panel
        self._unfilled: set[QWidget] = set()  # plots that show another analysis, or none
        self.is_in_front = False
        self._lay_out()
        self._connect()
        self._forget()

    @property
    def opened(self) -> OpenedTrajectory | None:
        """The trajectory that is shown."""
        return self._opened

    def open_file(self, path: Path) -> None:
        """Show a trajectory, with what the newest analysis of the same file found."""
        runs = sorted(filter(is_analysis, self.session.jobs.runs.values()), key=lambda run: run.name)
        folders = [run.folder for run in reversed(runs)]
        self._opening.start(opening(path, folders), self._on_opened, self._on_refused)

    def open_run(self, run: RunView) -> None:
        """Show the trajectory that a run has analysed."""
        self._opening.start(opening_run(run.folder), self._on_opened, self._on_refused)

    def look(self, on: bool) -> None:
        """Hear whether the panel is in front: then it has the middle of the window, and shows something."""
        self.is_in_front = on
        if on:
            self._on_runs()
        else:
            self.stage.slider.stop()
        self.stage_wanted.emit(on and self._opened is not None)

    def _connect(self) -> None:
        session = self.session
        session.project_changed.connect(self._forget)
        session.jobs.runs_changed.connect(self._on_runs)
        session.jobs.progressed.connect(self._show_progress)
        session.run_selected.connect(self._on_run_selected)
        self.open_button.clicked.connect(self.actions_table["open_trajectory"].trigger)
        self.analyses.activated.connect(self._on_analysis_chosen)
        self.stop_button.clicked.connect(self._stop)
        for form in (self.analysis, self.learning):
            form.created.connect(self._on_created)
        self.stage.frame_wanted.connect(self._want_frame)
        self.stage.particle_clicked.connect(self._mark)
        self.stage.recoloured.connect(self._recolour)
        self.views.currentChanged.connect(self._refresh)
        self.map.particle_chosen.connect(self._on_point)
        for view in (self.phases.plot, self.frames):
            view.frame_clicked.connect(self.stage.slider.choose)

    def _forget(self) -> None:
        """Show nothing: another project was opened, or none."""
        for task in (self._opening, self._reading):
            task.abandon()
        self._opened = self._asked = self._coming = None
        self.stage.slider.stop()
        self.show_empty(_INVITATION, "Open trajectory…")
        self.sample_button.setVisible(self.session.project is not None)
        self.stage_wanted.emit(False)
        self._on_runs()

    def _on_runs(self) -> None:
        """List the analyses; take the one that has just ended, or the newest where nothing is shown."""
        runs = self.session.jobs.runs
        names = sorted((name for name, run in runs.items() if is_analysis(run)), reverse=True)
        offer(self.analyses, [(_NOT_ANALYSED, ""), *((name, name) for name in names)])
        self._show_choice()
        self.analysis.offer_networks(runs.values())
        self._show_progress(self._asked or "")
        if self._asked in names:
            self.open_run(runs[self._asked])
            self._asked = None
        elif self._opened is None and names and self.is_in_front:
            self.open_run(runs[names[0]])

    def _on_run_selected(self) -> None:
        """Show the analysis that was chosen in another panel."""
        run = self.session.run
        shown = self._opened.run if self._opened is not None else ""
        if run is not None and is_analysis(run) and run.name != shown:
            self.open_run(run)

    def _on_opened(self, opened: OpenedTrajectory) -> None:
        before = self._opened
        self._opened = opened
        self.message.clear()
        self.show_content()
        self.name.setText(opened.trajectory.path.name)
        if before is None or before.trajectory.path.name != opened.trajectory.path.name:
            self.stage.show_trajectory(opened)
        else:  # most likely the same file, which was analysed meanwhile
            frame = self.stage.slider.frame
            self.stage.show_trajectory(opened)
            self.stage.slider.choose(frame)
        if isinstance(opened.first, CoreError):
            self.message.show_error(opened.first.message, opened.first.hint)
        for form in (self.analysis, self.learning):
            form.use(opened.trajectory.path)
        self._show_choice()
        self._show_order(self.stage.colours)
        self.stage_wanted.emit(self.is_in_front)

    def _on_refused(self, error: CoreError) -> None:
        """Say why a file was not opened, where one would look for it."""
        if self._opened is None:
            self.show_empty(f"✗ {error.message} {error.hint}", "Open another trajectory…")
        else:
            self.message.show_error(error.message, error.hint)

    def _show_choice(self) -> None:
        run = self._opened.run if self._opened is not None else ""
        self.analyses.setCurrentIndex(max(0, self.analyses.findData(run)))

    def _show_order(self, colours: ParticleColours) -> None:
        """Offer the plots that there is something for; each is filled when it is looked at."""
        order = colours.order
        self._unfilled = {self.map, self.phases, self.frames}
        is_compared = order is not None and order.comparison is not None
        for view, is_there in (
            (self.map, order is not None),
            (self.phases, order is not None),
            (self.bonds, order is not None),
            (self.frames, is_compared),
            (self.separation, order is not None),
        ):
            self.views.setTabVisible(self.views.indexOf(view), is_there)
        self.separation.show_separation(None if order is None else order.separation)
        self.views.setCurrentWidget(self.analysis if order is None else self.phases)
        self._refresh()

    def _refresh(self) -> None:
        """Fill the plot that is in sight, if it is not, and let it follow the frame."""
        view, colours, frame = self.views.currentWidget(), self.stage.colours, self.stage.frame
        order = colours.order
        if order is None:
            return
        if view in self._unfilled:
            self._unfilled.discard(view)
            if view is self.map:
                self.map.show_order(colours, self.stage.title)
            elif view is self.phases:
                self.phases.show_order(order)
            elif order.comparison is not None:
                self.frames.show_comparison(order.comparison)
        number = self.stage.slider.frame if frame is None else frame.number
        row = order.row_of(number)
        if view is self.map:
            self.map.show_frame(number, None if frame is None else self.stage.view.marked)
        elif view is self.phases:
            self.phases.mark_frame(number)
        elif view is self.bonds and row is not None:
            self.bonds.show_halves(order.upper[row], order.lower[row])

    def _recolour(self) -> None:
        if self.views.currentWidget() is self.map:
            self.map.color_by(self.stage.title)
        else:
            self._unfilled.add(self.map)

    def _want_frame(self, number: int) -> None:
        if self._opened is not None:
            trajectory = self._opened.trajectory

            def read(control: TaskControl) -> ShownFrame:
                return read_frame(trajectory, number)

            self._reading.start(read, self._show_frame, partial(self._on_bad_frame, number))

    def _show_frame(self, frame: ShownFrame) -> None:
        self.message.clear()
        self.stage.show_frame(frame)
        if self._coming is not None:
            self.stage.mark(self._coming)
            self._coming = None
        self._refresh()

    def _on_bad_frame(self, number: int, error: CoreError) -> None:
        self.message.show_error(error.message, error.hint)
        self.stage.show_problem(number)
        self._refresh()

    def _mark(self, particle: int) -> None:
        self.stage.mark(particle)
        self._refresh()

    def _on_point(self, frame: int, particle: int) -> None:
        if self.stage.frame is not None and self.stage.frame.number == frame:
            self._mark(particle)
        else:
            self._coming = particle
            self.stage.slider.choose(frame)

    def _on_analysis_chosen(self) -> None:
        run = self.session.jobs.runs.get(self.analyses.currentData())
        if run is not None:
            self.open_run(run)
        elif self._opened is not None:
            path = self._opened.trajectory.path
            self._opening.start(opening(path, []), self._on_opened, self._on_refused)

    def _on_created(self, run: RunFolder) -> None:
        self._asked = run.name
        self._show_progress(run.name)

    def _show_progress(self, name: str) -> None:
        """Say how far the run is that was asked for."""
        if name != (self._asked or ""):
            return
        run = self.session.jobs.runs.get(name)
        is_there = run is not None and (run.is_active or run.is_waiting)
        words = "" if run is None else f"{run.name}: {run.history.stage or 'starting'}"
        if run is not None and run.problem is not None and not is_there:
            self._asked = None  # its trouble is told once
            self.message.show_error(run.problem.message, run.problem.hint)
        self.progress.setText(words)
        for widget in (self.progress, self.stop_button):
            widget.setVisible(is_there)

    def _stop(self) -> None:
        if self._asked is not None and self._asked in self.session.jobs.runs:
            self.session.jobs.stop(self._asked)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        rows: tuple[tuple[QWidget, ...], ...] = (
            (self.name, self.open_button),
            (QLabel("Analysis"), self.analyses),
            (self.progress, self.stop_button),
        )
        for stretched, other in rows:
            row = QHBoxLayout()
            wide = other if other is self.analyses else stretched
            for widget in (stretched, other):
                row.addWidget(widget, int(widget is wide))
            layout.addLayout(row)
        layout.addWidget(self.message)
        self.views.setDocumentMode(True)
        for name, view in (
            ("Phases", self.phases),
            ("Map", self.map),
            ("Bonds", self.bonds),
            ("Frames", self.frames),
            ("Probe", self.separation),
            ("Analyse", self.analysis),
            ("Learn", self.learning),
        ):
            self.views.addTab(view, name)
        layout.addWidget(self.views, 1)
