"""Studies: setting one up, and what it finds: learning curves, differences, and both in words."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.errors import CoreError
from core.jobs.results.study_report import StudyReport, read_study, report_page
from core.jobs.run_folder import Status
from desktop_app.actions import Actions
from desktop_app.forms.scroll_column import ScrollColumn
from desktop_app.library.survey import LibrarySurvey, survey_library
from desktop_app.look.plain_text import with_units_tied
from desktop_app.panel import Panel
from desktop_app.runs.run_box import RunBox
from desktop_app.runs.run_columns import state_text
from desktop_app.runs.run_poller import RunView, is_study
from desktop_app.session import Session
from desktop_app.study.cells_bar import CellsBar
from desktop_app.study.learning_curves import LearningCurves
from desktop_app.study.setup import StudySetup
from desktop_app.study.study_columns import (
    cells_model,
    difference_columns,
    differences_model,
    tally_columns,
    tally_rows,
)
from desktop_app.tasks import LatestTask
from desktop_app.widgets.empty_state import EmptyState
from desktop_app.widgets.table import Table

_PLOT_HEIGHT = 300  # at first; the user moves the border


class StudyPanel(Panel):
    """Reads the tables of the shown study again whenever a cell has ended."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Study", "", "Import folder…")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["import_folder"].trigger)
        self.runs = RunBox("Study", is_study)
        self.progress = CellsBar()
        self.stage = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.report_button = QPushButton("Open report")
        self.report_button.setToolTip("Open the report as a page, with tables, plot and methods.")
        self.curves = LearningCurves()
        self.words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.differences = Table(differences_model(), "differences")
        self.cells = Table(cells_model(), "arms")
        self.pages, self.details = QTabWidget(), QTabWidget()
        self.setup: StudySetup | None = None
        self._survey = LibrarySurvey()
        self._surveying, self._reading = LatestTask(session.tasks), LatestTask(session.tasks)
        self._shown: RunView | None = None
        self._state: tuple[str, Status] | None = None
        self._lay_out()
        self._connect()
        self._on_project()

    def _connect(self) -> None:
        session = self.session
        session.project_changed.connect(self._on_project)
        session.library_changed.connect(self._take_survey)
        session.jobs.runs_changed.connect(self._on_runs)
        session.jobs.progressed.connect(self._on_progress)
        session.run_selected.connect(self._on_runs)
        self.runs.run_chosen.connect(session.select_run)
        self.report_button.clicked.connect(self._open_report)
        self.pages.currentChanged.connect(self._on_page)

    def _on_project(self) -> None:
        self._shown = self._state = None
        self._on_runs()
        self.pages.setCurrentIndex(0)
        self._take_survey()

    def _take_survey(self) -> None:
        """Read, in a thread, what the project has to learn from; only for a form that is there."""
        self._surveying.abandon()
        if self.session.project is None:
            self.show_empty()
            return
        self.show_content()
        if self.setup is not None:
            self._surveying.start(self.session.ask(survey_library), self._on_survey, self.session.notes.error)

    def _on_survey(self, survey: LibrarySurvey) -> None:
        if self.setup is not None:
            self.setup.show_survey(survey)

    def _on_page(self) -> None:
        """Make the form when it is first looked at: it has many fields."""
        if self.pages.currentIndex() == 1 and self.setup is None and self.isVisible():
            self.setup = StudySetup(self.session)
            self.setup.created.connect(lambda run: self.pages.setCurrentIndex(0))
            layout = self._form_page.layout()
            assert layout is not None
            layout.addWidget(self.setup)
            self._take_survey()

    def showEvent(self, event: object) -> None:
        """Have the form ready when its page is the one that comes into sight."""
        self._on_page()

    def _on_runs(self) -> None:
        run = self.runs.offer(self.session.jobs.runs.values(), self.session.run)
        state = None if run is None else (run.name, run.status)
        changed, self._state, self._shown = state != self._state, state, run
        self._results.setVisible(run is not None)
        self._nothing.setVisible(run is None)
        if run is not None:
            self._show_stage(run)
            if changed:
                self._read(run)

    def _on_progress(self, name: str) -> None:
        if self._shown is not None and self._shown.name == name:
            self._show_stage(self._shown)
            self._read(self._shown)

    def _show_stage(self, run: RunView) -> None:
        self.stage.setText(f"{state_text(run)}  {run.history.stage if run.is_active else ''}".strip())
        self.report_button.setEnabled(run.status is Status.COMPLETED)

    def _read(self, run: RunView) -> None:
        spec = run.spec
        if spec is not None:
            folder = run.folder
            self._reading.start(
                lambda control: read_study(folder, spec), self._show_report, self.session.notes.error
            )

    def _show_report(self, report: StudyReport) -> None:
        unit = self._unit()
        self.progress.show_report(report)
        self.curves.show_points(report.points, unit)
        sentences = with_units_tied("\n\n".join(line.sentence for line in report.differences), unit)
        self.words.setText(sentences or "The conclusions come when all cells are done.")
        self.differences.model.set_rows(report.differences, difference_columns(unit))
        self.differences.fit_columns()
        rows = tally_rows(report)
        self.cells.model.set_rows(rows, tally_columns(rows))
        self.cells.fit_columns()

    def _unit(self) -> str:
        spec = self._shown.spec if self._shown is not None else None
        return spec.properties[0].learned_unit if spec is not None and spec.properties else ""

    def _open_report(self) -> None:
        if self._shown is None:
            return
        page = report_page(self._shown.folder)
        if page.exists():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(page)))
        else:
            self.session.notes.error(CoreError(f"The study has no report at '{page}'.", "Run it again."))

    def _lay_out(self) -> None:
        self._results = QWidget()
        column = QVBoxLayout(self._results)
        column.setContentsMargins(0, 4, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self.runs, 1)
        top.addWidget(self.report_button)
        column.addLayout(top)
        column.addWidget(self.progress)
        column.addWidget(self.stage)
        self.details.addTab(ScrollColumn(self.words), "In words")
        self.details.addTab(self.differences, "Differences")
        self.details.addTab(self.cells, "Cells")
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setObjectName("study")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.curves)
        splitter.addWidget(self.details)
        splitter.setSizes([_PLOT_HEIGHT, _PLOT_HEIGHT * 2 // 3])
        column.addWidget(splitter, 1)
        self._nothing = EmptyState("No study yet", "A study compares ways to learn a property.", "Set one up")
        self._nothing.acted.connect(lambda: self.pages.setCurrentIndex(1))
        results, self._form_page = QWidget(), QWidget()
        for page, widgets in ((results, (self._results, self._nothing)), (self._form_page, ())):
            inside = QVBoxLayout(page)
            inside.setContentsMargins(0, 0, 0, 0)
            for widget in widgets:
                inside.addWidget(widget)
        for tabs in (self.pages, self.details):
            tabs.setDocumentMode(True)
        self.pages.addTab(results, "Results")
        self.pages.addTab(self._form_page, "New study")
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)
