"""Keeps the strip of steps true to the project, and goes where a step leads."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.errors import CoreError
from core.store.requests.shipped_models import shipped_models
from desktop_app.actions import Actions
from desktop_app.guide.step_strip import StepStrip
from desktop_app.guide.workflow import LibraryState, Standing, Step, kinds_of, read_library_state
from desktop_app.session import Session

_OF_PANEL = {"predictions": Step.PREDICT, "attention": Step.INSPECT, "map": Step.INSPECT}


class WorkflowCommands(QObject):
    """Reads the library when it changes and the runs when they do; nothing is asked of files."""

    def __init__(self, session: Session, actions: Actions, strip: StepStrip, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._strip = session, strip
        self._has_shipped_model = bool(shipped_models())
        self._library = LibraryState()
        self._seen: frozenset[Step] = frozenset()
        self.standing = Standing()
        strip.chosen.connect(lambda command: actions[command].trigger())
        for panel in _OF_PANEL:
            actions[f"show_{panel}"].triggered.connect(lambda checked=False, name=panel: self.look_at(name))
        session.project_changed.connect(self._on_project)
        session.library_changed.connect(self._on_library)
        session.jobs.runs_changed.connect(self._show)
        session.jobs.ended.connect(self._on_ended)
        self._on_project()

    def look_at(self, panel: str) -> None:
        """Remember that the user has looked at a panel, if there was a model to look at."""
        step = _OF_PANEL.get(panel)
        if step is not None and "finetune" in self.standing.completed and step not in self._seen:
            self._seen |= {step}
            self._show()

    def _on_project(self) -> None:
        self._seen = frozenset()
        self._on_library()

    def _on_library(self) -> None:
        project = self._session.project
        try:
            self._library = LibraryState() if project is None else read_library_state(project)
        except CoreError as error:
            self._session.notes.error(error)
        self._show()

    def _on_ended(self, name: str) -> None:
        """A new model is to be looked at again."""
        if self._session.jobs.runs[name].has_completed("finetune"):
            self._seen = frozenset()
            self._show()

    def _show(self) -> None:
        runs = self._session.jobs.runs.values()
        standing = Standing(
            self._library,
            self._has_shipped_model,
            kinds_of(runs, active=False),
            kinds_of(runs, active=True),
            self._seen,
        )
        if standing != self.standing:
            self.standing = standing
            self._strip.show_standing(standing)
