"""The window: where the panels stand, and what happens when it opens and closes."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QMenu,
    QTabBar,
    QTabWidget,
    QToolBar,
    QWidget,
)

from core.store.database import DATABASE_NAME
from desktop_app.actions import MENUS, Actions
from desktop_app.commands.collection_commands import CollectionCommands
from desktop_app.commands.edit_commands import EditCommands
from desktop_app.commands.export_commands import ExportCommands
from desktop_app.commands.help_commands import HelpCommands
from desktop_app.commands.import_commands import ImportCommands
from desktop_app.commands.map_commands import MapCommands
from desktop_app.commands.own_value_commands import OwnValueCommands
from desktop_app.commands.predict_commands import PredictCommands
from desktop_app.commands.project_commands import ProjectCommands
from desktop_app.commands.queue_commands import QueueCommands
from desktop_app.commands.recovery_commands import RecoveryCommands
from desktop_app.commands.report_commands import ReportCommands
from desktop_app.commands.run_commands import RunCommands
from desktop_app.commands.text_size_commands import TextSizeCommands
from desktop_app.commands.tour_commands import TourCommands
from desktop_app.commands.trajectory_commands import TrajectoryCommands
from desktop_app.commands.value_commands import ValueCommands
from desktop_app.commands.workflow_commands import WorkflowCommands
from desktop_app.dialogs.closing import Closing, ask_about_runs
from desktop_app.guide.step_strip import StepStrip
from desktop_app.look.icons import application_icon
from desktop_app.look.plain_text import as_written
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.notes import Note
from desktop_app.panels.attention import AttentionPanel
from desktop_app.panels.crystal import CrystalPanel
from desktop_app.panels.log import LogPanel
from desktop_app.panels.map import MapPanel
from desktop_app.panels.predictions import PredictionsPanel
from desktop_app.panels.runs import RunsPanel
from desktop_app.panels.structures import StructuresPanel
from desktop_app.panels.study import StudyPanel
from desktop_app.panels.train import TrainPanel
from desktop_app.panels.trajectory import TrajectoryPanel
from desktop_app.panels.welcome import WelcomePanel
from desktop_app.session import Activity, Session
from desktop_app.upkeep.inner_layout import keep_inner_layout, restore_inner_layout
from desktop_app.upkeep.settings import AppSettings
from desktop_app.widgets.activity_bar import ActivityBar
from desktop_app.widgets.drop_veil import DropVeil
from desktop_app.widgets.page_stack import PageStack
from desktop_app.widgets.toast import ToastCorner

_SIDES = {
    Qt.DockWidgetArea.LeftDockWidgetArea: ("structures", "train"),
    Qt.DockWidgetArea.RightDockWidgetArea: ("runs", "predictions", "attention", "map", "study", "trajectory"),
    Qt.DockWidgetArea.BottomDockWidgetArea: ("log",),
}
_DOCK_OPTIONS = QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.GroupedDragging
_DROP = "Drop structures, archives, a table of values, a trajectory or a project"
_DROP_PROJECT = "Drop the folder of a project"
_USUAL_SIZE = QSize(1366, 768)
_SIDE_SHARES = (0.26, 0.33)  # of the window's width, for the docks on the left and on the right


class MainWindow(QMainWindow):
    """Controls left, crystal in the centre, tables and plots right; `closed` when it has been taken down."""

    closed = Signal()

    def __init__(self, session: Session, settings: AppSettings) -> None:
        super().__init__()
        self.session, self.settings = session, settings
        self.setWindowTitle("Siteloupe")
        self.setWindowIcon(application_icon())
        self.setAcceptDrops(True)
        self.setDockOptions(_DOCK_OPTIONS)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.actions_table = Actions(self)
        self._text_size = TextSizeCommands(self.actions_table, settings, self)
        self.projects = ProjectCommands(session, self.actions_table, settings, self)
        self.imports = ImportCommands(session, self.actions_table, settings, self)
        self.predict = PredictCommands(session, self.actions_table, self.imports, self)
        self._own_values = OwnValueCommands(session, self.actions_table, self)
        self._runs = RunCommands(session, self.actions_table, self)
        self._queue = QueueCommands(session, self.actions_table, settings, self)
        self._reports = ReportCommands(session, self.actions_table, settings, self)
        self._help = HelpCommands(session, self.actions_table, self)
        self._make_panels()
        self._make_editing()
        self._make_docks()
        self._make_menus()
        self._make_bars()
        self._connect()
        self.resize(_USUAL_SIZE.boundedTo(self.screen().availableSize()))
        self._on_project()

    def _make_editing(self) -> None:
        """Make the commands that work on the selected structures."""
        session, actions = self.session, self.actions_table

        def selected() -> list[int]:
            return self.structures.selected_ids

        self.edits = EditCommands(session, actions, selected, self)
        self.collections = CollectionCommands(session, actions, selected, self)
        self.values = ValueCommands(session, actions, selected, self)
        self.structures.model.value_typed.connect(self.values.set_value)
        self.map.collecting.connect(self.collections.add)
        self.map.tagging.connect(self.edits.tag)
        self._map_lists = MapCommands(session, self)
        self.map.listing.connect(self._map_lists.list_points)
        self.map.comparing.connect(self._map_lists.compare)
        self.exports = ExportCommands(session, actions, self.settings, selected, self)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about active runs, remember the layout, end threads and the web engine."""
        active = self.session.jobs.active()
        if active:
            waiting = self.session.jobs.waiting()
            answer = ask_about_runs(self, [run.name for run in active], len(waiting))
            if answer is Closing.CANCEL:
                event.ignore()
                return
            if answer is Closing.STOP_AND_SAVE:
                for run in active:
                    self.session.jobs.stop(run.name)
        if self.session.project is not None:
            self.settings.save_layout(self.saveGeometry(), self.saveState())
            keep_inner_layout(self, self.settings)
        self.crystal.close_page()
        self.session.close()
        self.recovery.forget()
        event.accept()
        self.closed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Welcome files and folders, and show that they can be dropped anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.veil.rise(_DROP if self.session.project else _DROP_PROJECT)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Look as before."""
        self.veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open a project or a trajectory, read or predict structures, or attach values, as files suggest."""
        self.veil.hide()
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self._take(paths, self.mapToGlobal(event.position().toPoint()))

    def _take(self, paths: list[Path], place: QPoint) -> None:
        first = paths[0]
        if first.name == DATABASE_NAME or (first / DATABASE_NAME).exists():
            self.projects.open_folder(first)
        elif self.trajectories.takes(first):
            self.trajectories.open(first)
        elif self.imports.takes_as_table(first):
            self.imports.import_table(first)
        elif not self.predict.offer(paths, partial(self.imports.import_paths, paths), place):
            self.imports.import_paths(paths)

    def _make_panels(self) -> None:
        session, actions = self.session, self.actions_table
        self.welcome = WelcomePanel(actions)
        box, open_folder = self.welcome.recovery, self.projects.open_folder
        self.recovery = RecoveryCommands(session, actions, self.settings, box, open_folder, self)
        self.crystal = CrystalPanel(session, actions)
        self.structures = StructuresPanel(session, actions)
        self.train = TrainPanel(session, actions)
        self.runs = RunsPanel(session, actions)
        self.predictions = PredictionsPanel(session, actions)
        self.attention = AttentionPanel(session, actions)
        self.map = MapPanel(session, actions)
        self.study = StudyPanel(session, actions)
        self.trajectory = TrajectoryPanel(session, actions)
        self.trajectories = TrajectoryCommands(session, actions, self.settings, self.trajectory, self)
        self.log = LogPanel(session, actions)
        self._centre = PageStack()
        self._centre.addWidget(self.welcome)
        self._centre.addWidget(self.crystal)
        self._centre.addWidget(self.trajectory.stage)
        self.setCentralWidget(self._centre)

    def _make_docks(self) -> None:
        results = (self.runs, self.predictions, self.attention, self.map, self.study, self.trajectory)
        panels = (self.structures, self.train, *results, self.log)
        names = [name for side in _SIDES.values() for name in side]
        self.docks: dict[str, QDockWidget] = {}
        for name, panel in zip(names, panels, strict=True):
            show = self.actions_table[f"show_{name}"]
            dock = QDockWidget(show.text(), self)
            dock.setObjectName(name)
            dock.setWidget(panel)
            dock.setTitleBarWidget(QWidget())  # the tab says the name, and can be dragged
            self.docks[name] = dock
            show.triggered.connect(partial(self._raise, dock))
        self.docks["trajectory"].visibilityChanged.connect(self.trajectory.look)
        self._arrange_docks()

    def _arrange_docks(self) -> None:
        """Put the docks where they belong, as tabs of each side; the messages stay hidden."""
        for dock in self.docks.values():  # side by side for a moment, they would make the window taller
            dock.setVisible(False)
            dock.setFloating(False)
        for area, names in _SIDES.items():
            first, *others = (self.docks[name] for name in names)
            self.addDockWidget(area, first)
            for dock in others:
                self.tabifyDockWidget(first, dock)
                first = dock
        for name, dock in self.docks.items():
            dock.setVisible(name != "log" and self.session.project is not None)
        QTimer.singleShot(0, self, self._settle_docks)  # tabs exist once the layout has been done

    def _settle_docks(self) -> None:
        """Bring the first tab of each side to the front and give both sides their width."""
        first = [self.docks["structures"], self.docks["runs"]]
        for dock in first:
            dock.raise_()
        shares = [round(self.width() * share) for share in _SIDE_SHARES]
        widths = [max(share, self._width_of_tabs(dock)) for dock, share in zip(first, shares, strict=True)]
        self.resizeDocks(first, widths, Qt.Orientation.Horizontal)

    def _width_of_tabs(self, dock: QDockWidget) -> int:
        """What the tabs beside that of a dock need to be read; large words need more than a share."""
        # not findChildren, which keeps what it found for as long as there is a window
        bars = (one for one in QApplication.allWidgets() if isinstance(one, QTabBar))
        own = [bar for bar in bars if bar.parentWidget() is self]
        of_dock = [bar for bar in own if dock.windowTitle() in map(bar.tabText, range(bar.count()))]
        return max((bar.sizeHint().width() for bar in of_dock), default=0)

    def _make_menus(self) -> None:
        for title, names in MENUS.items():
            menu = self.menuBar().addMenu(title)
            for name in names:
                self._fill(menu, name)

    def _fill(self, menu: QMenu, name: str) -> None:
        if not name:
            menu.addSeparator()
        elif name == "recent":
            menu.addMenu(self.projects.recent_menu)
        else:
            menu.addAction(self.actions_table[name])

    def _make_bars(self) -> None:
        self.steps = QToolBar("Steps", movable=False)
        self.steps.setObjectName("steps")
        self.steps.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.steps.setIconSize(QSize(18, 18))
        for name in self.docks:
            self.steps.addAction(self.actions_table[f"show_{name}"])
        self.addToolBar(self.steps)
        self.strip = StepStrip()
        self.strip_bar = QToolBar("What comes next", movable=False)
        self.strip_bar.setObjectName("strip")
        self.strip_bar.addWidget(self.strip)
        self.addToolBarBreak()
        self.addToolBar(self.strip_bar)
        self.tour = TourCommands(self.session, self.actions_table, self)
        self.workflow = WorkflowCommands(self.session, self.actions_table, self.strip, self)
        self.activity = ActivityBar()
        self.statusBar().addPermanentWidget(self.activity)
        self.veil = DropVeil(self)
        self.toasts = ToastCorner(self, bottom_margin=self.statusBar().sizeHint().height())

    def _connect(self) -> None:
        session, actions = self.session, self.actions_table
        session.project_changed.connect(self._on_project)
        session.notes.posted.connect(self.toasts.show_note)
        session.notes.outdated.connect(self.toasts.withdraw)
        self.toasts.details_wanted.connect(self._show_details)
        session.activity_started.connect(self._on_activity)
        session.jobs.runs_changed.connect(self._show_state)
        self.welcome.recent_chosen.connect(self.projects.open_folder)
        self.welcome.locating.connect(self.projects.locate)
        self.welcome.pinning.connect(self._pin)
        self.trajectory.stage_wanted.connect(self._set_stage)
        actions["quit"].triggered.connect(self.close)
        actions["reset_layout"].triggered.connect(self._arrange_docks)
        themes = QActionGroup(self)
        for theme in Theme:
            action = actions[f"theme_{theme}"]
            themes.addAction(action)
            action.setChecked(theme is self.settings.theme)
            action.triggered.connect(lambda checked=False, chosen=theme: self.choose_theme(chosen))
        QApplication.styleHints().colorSchemeChanged.connect(self._on_system_scheme)

    def choose_theme(self, theme: Theme) -> None:
        """Change between light and dark now and for the next start."""
        self.settings.theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, theme)
        self.actions_table.redraw_icons()
        self.crystal.follow_theme()

    def _on_system_scheme(self) -> None:
        if self.settings.theme is Theme.SYSTEM:
            self.choose_theme(Theme.SYSTEM)

    def _show_details(self, note: Note) -> None:
        """Show what is behind a message, among all messages."""
        self.actions_table["show_log"].trigger()
        self.log.show_note(note)

    def _set_stage(self, wanted: bool) -> None:
        """Show particles in the middle while their panel is looked at, else the crystal."""
        if self.session.project is not None:
            self._centre.setCurrentWidget(self.trajectory.stage if wanted else self.crystal)

    def _on_project(self) -> None:
        """Show the welcome page without a project, the panels with one."""
        project = self.session.project
        self._centre.setCurrentWidget(self.crystal if project else self.welcome)
        mode = " (safe mode)" if self.session.safe_mode else ""
        mode += " (read-only)" if project is not None and project.is_read_only else ""
        self.setWindowTitle(f"{project.folder.name} - Siteloupe{mode}" if project else "Siteloupe")
        self._show_recent()
        for name, dock in self.docks.items():
            dock.setVisible(project is not None and (name != "log" or dock.isVisible()))
        for bar in (self.steps, self.strip_bar):
            bar.setVisible(project is not None)
        self.actions_table["close_project"].setEnabled(project is not None)
        if project is not None:
            self._restore_layout()
        self._show_state()

    def _show_recent(self) -> None:
        self.welcome.show_recent(self.settings.recent_projects(), self.settings.pinned_projects())

    def _pin(self, folder: Path, wanted: bool) -> None:
        self.settings.pin_project(folder, wanted)
        self._show_recent()

    def _show_state(self) -> None:
        folder, project = self.session.project_folder, self.session.project
        active = len(self.session.jobs.active())
        waiting = len(self.session.jobs.waiting())
        runs = f", {active} at work" if active else ""
        runs += f", {waiting} waiting" if waiting else ""
        state = "can be looked at only" if project and project.is_read_only else "everything is saved"
        self.statusBar().showMessage(f"{folder.name}: {state}{runs}" if folder else "")
        self.statusBar().setToolTip(as_written(str(folder or "")))

    def _on_activity(self, activity: Activity) -> None:
        self.activity.add(activity.title, activity.task, stoppable=activity.stoppable)

    def _raise(self, dock: QDockWidget) -> None:
        if self.session.project is not None:
            dock.show()
            dock.raise_()
            dock.widget().setFocus()
            self.toasts.place()

    def _restore_layout(self) -> None:
        """Put window and docks where they were when a project was last closed."""
        layout = self.settings.layout()
        if layout is None or self.session.safe_mode:
            self._arrange_docks()
        else:
            self.restoreGeometry(layout[0])
            self.restoreState(layout[1])
            restore_inner_layout(self, self.settings)
