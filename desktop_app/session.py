"""What is open and what is selected: the one object in which all panels meet."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.errors import CoreError
from core.jobs.run_folder import RunFolder
from core.store.presence import announce, withdraw
from core.store.project import Project
from core.structures.structure import Structure
from desktop_app.crystal.site_values import SiteValues
from desktop_app.notes import Note, Notes, Severity
from desktop_app.runs.jobs import JobWatcher
from desktop_app.runs.run_poller import RunView
from desktop_app.tasks import LatestTask, Task, TaskControl, TaskRunner, in_project


@dataclass(frozen=True)
class Activity:
    """Background work worth showing; a stoppable one can be ended early by the user."""

    title: str
    task: Task
    stoppable: bool


class Session(QObject):
    """The open project and the selection shared by all panels.

    A selected structure is loaded in a thread: `structure_selected` comes at once, `structure_loaded`
    when :attr:`structure` is there. Selecting what is already selected does nothing.
    """

    project_changed = Signal()
    library_changed = Signal()
    collection_selected = Signal()
    structure_selected = Signal()
    structure_loaded = Signal()
    site_selected = Signal()
    site_values_changed = Signal()
    run_selected = Signal()
    activity_started = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tasks = TaskRunner(self)
        self.notes = Notes(self)
        self.jobs = JobWatcher(self.tasks, self)
        self.jobs.failed.connect(self.notes.error)
        for got_further in (self.jobs.progressed, self.jobs.ended):
            got_further.connect(self.notes.outdated)
        self._loading = LatestTask(self.tasks)
        self._project: Project | None = None
        self._collection: str | None = None
        self._structure_id: int | None = None
        self._structure: Structure | None = None
        self._site: int | None = None
        self._coming_site: int | None = None  # of the structure that is being loaded
        self._site_values: SiteValues | None = None
        self._run_name: str | None = None
        self.safe_mode = False  # without the web engine, and without the layout of the last sitting

    @property
    def project(self) -> Project | None:
        """The open project, for short questions from the window's thread."""
        return self._project

    @property
    def collection(self) -> str | None:
        """Name of the selected collection; None stands for all structures."""
        return self._collection

    @property
    def structure_id(self) -> int | None:
        """Number of the selected structure."""
        return self._structure_id

    @property
    def structure(self) -> Structure | None:
        """The selected structure, once it is loaded."""
        return self._structure

    @property
    def site(self) -> int | None:
        """Index of the selected site in the imported cell."""
        return self._site

    @property
    def site_values(self) -> SiteValues | None:
        """What the atoms are coloured by; None for their elements."""
        return self._site_values

    @property
    def run_name(self) -> str | None:
        """Name of the selected run, which may have been made so lately that :attr:`run` is still None."""
        return self._run_name

    @property
    def run(self) -> RunView | None:
        """The selected run."""
        return self.jobs.runs.get(self._run_name or "")

    def open_project(self, project: Project | None) -> None:
        """Show another project (None for none) and close the one before."""
        self._loading.abandon()
        self._close_project()
        self._project = project
        self._forget_selection()
        self.jobs.watch(None if project is None else project.folder)
        self.project_changed.emit()
        if project is not None:
            for remark in (*project.remarks, announce(project.folder)):
                if remark:
                    self.notes.post(Note(Severity.WARNING, remark))

    def select_collection(self, name: str | None) -> None:
        """Work with another collection; None for all structures."""
        if name != self._collection:
            self._collection = name
            self.collection_selected.emit()

    def select_structure(self, structure_id: int | None, site: int | None = None) -> None:
        """Show another structure in every panel and, as soon as it is loaded, select a site of it."""
        if structure_id == self._structure_id:
            self._coming_site = self._coming_site if site is None else site
            self._select_coming_site()
            return
        self._coming_site = site
        self._structure_id, self._structure, self._site = structure_id, None, None
        self._site_values = None
        self._loading.abandon()
        self.structure_selected.emit()
        if structure_id is None:
            self.structure_loaded.emit()
        elif self._project is not None:
            question = in_project(self._project.folder, lambda project: project.structure(structure_id))
            self._loading.start(question, self._on_loaded, self.notes.error)

    def select_site(self, site: int | None) -> None:
        """Select a site of the structure that is shown; a click that comes too late is none of its sites."""
        num_sites = 0 if self._structure is None else self._structure.num_sites
        if site is not None and not 0 <= site < num_sites:
            return
        if site != self._site:
            self._site = site
            self.site_selected.emit()

    def show_site_values(self, values: SiteValues | None) -> None:
        """Colour the atoms by these values; None for element colours."""
        self._site_values = values
        self.site_values_changed.emit()

    def select_run(self, name: str | None) -> None:
        """Show another run in every panel."""
        if name != self._run_name:
            self._run_name = name
            self.run_selected.emit()

    def start_run(self, run: RunFolder) -> None:
        """Start a new run, or let it wait for its turn; show it in every panel and say so."""
        if self.jobs.is_full:
            words = f"Run {run.name} waits until others have ended (Run > Runs at once)."
        else:
            words = f"Run {run.name} is starting; the engine needs a few seconds to load."
        self.jobs.start(run)
        self.select_run(run.name)
        self.notes.post(Note(Severity.DONE, words, passing=run.name))

    def ask(self, question: Callable[[Project], Any]) -> Callable[[TaskControl], Any]:
        """Make work for a task of a question to the open project."""
        if self._project is None:
            raise CoreError("No project is open.", "Open or create one first.")
        return in_project(self._project.folder, question)

    def start_activity(
        self, title: str, work: Callable[[TaskControl], Any], *, stoppable: bool = False
    ) -> Task:
        """Start background work that the status bar shows, and whose failure becomes a note."""
        task = self.tasks.start(work)
        task.failed.connect(self.notes.error)
        self.activity_started.emit(Activity(title, task, stoppable))
        return task

    def change_library(self, title: str, change: Callable[[Project], Any]) -> Task:
        """Change the library in the background; then all panels read it again."""
        task = self.start_activity(title, self.ask(change))
        task.succeeded.connect(lambda result: self.library_changed.emit())
        return task

    def close(self) -> None:
        """End all background work and close the project; runs go on in their own processes."""
        self.jobs.watch(None)
        self._loading.abandon()
        self.tasks.shut_down()
        self._close_project()

    @property
    def project_folder(self) -> Path | None:
        """Folder of the open project."""
        return None if self._project is None else self._project.folder

    def _close_project(self) -> None:
        if self._project is not None:
            withdraw(self._project.folder)
            self._project.close()
            self._project = None

    def _forget_selection(self) -> None:
        self._collection = self._run_name = None
        self._structure_id = self._structure = None
        self._site = self._coming_site = self._site_values = None

    def _on_loaded(self, structure: Structure) -> None:
        self._structure = structure
        self.structure_loaded.emit()
        self._select_coming_site()

    def _select_coming_site(self) -> None:
        if self._coming_site is not None and self._structure is not None:
            site, self._coming_site = self._coming_site, None
            self.select_site(site)
