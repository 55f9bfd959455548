"""Setting up what is asked of a trajectory: an analysis of its frames, or a network that learns from it."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, cast

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.config import CloudJobSettings, TrajectorySettings
from core.errors import CoreError
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.trajectory import create_clouds_run, create_trajectory_run
from desktop_app.forms.choice_box import choice_box, offer
from desktop_app.forms.config_form import ConfigForm
from desktop_app.forms.scroll_column import ScrollColumn
from desktop_app.runs.run_poller import RunView
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.trajectory.opened import has_network
from desktop_app.widgets.inline_message import InlineMessage

_CRYSTALS: Final = "crystals:"  # before the name of a collection, where a choice is one


class RunForm(QWidget):
    """A choice, the settings of one kind of run, and the button that starts it; `created` gives the run."""

    created = Signal(object)

    def __init__(self, session: Session, kind: str, words: str, button: str, choice: str) -> None:
        super().__init__()
        self._session = session
        self.trajectory: Path | None = None
        self.form = ConfigForm(kind)
        self.choice = choice_box(choice)
        self.message = InlineMessage()
        self.start_button = QPushButton(button)
        self.start_button.clicked.connect(self._start)
        self.form.changed.connect(self.judge)
        self._lay_out(words, choice)

    def use(self, trajectory: Path | None) -> None:
        """Work on this file."""
        self.trajectory = trajectory
        self.judge()

    def judge(self) -> None:
        """Let the button be pressed where there is something to work on and the settings are allowed."""
        self.start_button.setEnabled(self.is_ready and not self.form.problems())

    @property
    def is_ready(self) -> bool:
        """Whether there is something to work on."""
        return self.trajectory is not None

    @abstractmethod
    def request(self) -> Callable[[Project], RunFolder]:
        """What makes the run; raises CoreError where the settings are not allowed."""

    def _start(self) -> None:
        self.message.clear()
        try:
            work = self._session.ask(self.request())
        except CoreError as error:
            self._fail(error)
            return
        self.start_button.setEnabled(False)
        task = self._session.tasks.start(work)
        task.succeeded.connect(self._on_created)
        task.failed.connect(self._fail)
        task.finished.connect(self.judge)

    def _on_created(self, run: RunFolder) -> None:
        self._session.start_run(run)
        self.created.emit(run)

    def _fail(self, error: CoreError) -> None:
        self.message.show_error(error.message, error.hint)

    def _lay_out(self, words: str, choice: str) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(QLabel(words, wordWrap=True))
        row = QFormLayout()
        label = QLabel(choice)
        label.setMinimumWidth(self.form.label_width)
        row.addRow(label, self.choice)
        row.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column.addLayout(row)
        self.form.align_labels(self.form.label_width)
        column.addWidget(self.form)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(ScrollColumn(inside), 1)
        layout.addWidget(self.message)
        layout.addWidget(self.start_button)


class AnalysisForm(RunForm):
    """Asks for the order of the particles and, with a network, for a map of them."""

    def __init__(self, session: Session) -> None:
        words = (
            "Order parameters, phases and directions of bonds, frame by frame. With a network that has "
            "learned from clouds (see Learn), also a map of the particles and their clusters."
        )
        super().__init__(session, "trajectory", words, "Analyse", "Network")
        self.offer_networks([])

    def offer_networks(self, runs: Iterable[RunView]) -> None:
        """List the runs that have learned from clouds, the newest first."""
        names = sorted((run.name for run in runs if has_network(run)), reverse=True)
        offer(self.choice, [("none", ""), *((name, name) for name in names)])

    def request(self) -> Callable[[Project], RunFolder]:
        """What makes the run; raises CoreError where the settings are not allowed."""
        assert self.trajectory is not None  # or the button could not be pressed
        trajectory, settings = self.trajectory, cast(TrajectorySettings, self.form.settings())
        run = self._session.jobs.runs.get(self.choice.currentData())
        network = None if run is None else run.folder
        return lambda project: create_trajectory_run(
            project, trajectory=trajectory, settings=settings, network=network
        )


class LearningForm(RunForm):
    """Asks for a network that learns one of the six tasks, of crystals or of the trajectory."""

    def __init__(self, session: Session) -> None:
        words = (
            "A network learns geometry alone, without labels: of known structure types or crystals of the "
            "library that are disturbed, or of the frames of this trajectory. It can then embed particles "
            "(see Analyse)."
        )
        super().__init__(session, "clouds", words, "Learn", "Learn from")
        self._listing = LatestTask(session.tasks)
        self._offer([])
        self.choice.currentIndexChanged.connect(self.judge)
        self.judge()

    def showEvent(self, event: QShowEvent) -> None:
        """List the collections as they are now."""
        super().showEvent(event)
        if self._session.project is not None:
            self._listing.start(self._session.ask(_filled_collections), self._offer, self._fail)

    @property
    def is_ready(self) -> bool:
        """Whether there is something to work on; only a trajectory may be missing."""
        return self.choice.currentData() != "trajectory" or super().is_ready

    def request(self) -> Callable[[Project], RunFolder]:
        """What makes the run; raises CoreError where the settings are not allowed."""
        settings, chosen = cast(CloudJobSettings, self.form.settings()), self.choice.currentData()
        source = self.trajectory if chosen == "trajectory" else None
        collection = chosen.removeprefix(_CRYSTALS) if chosen.startswith(_CRYSTALS) else ""
        return lambda project: create_clouds_run(
            project, settings=settings, trajectory=source, collection=collection
        )

    def _offer(self, collections: list[str]) -> None:
        crystals = [(f"crystals of {name}", f"{_CRYSTALS}{name}") for name in collections]
        offer(self.choice, [("structure types", "types"), ("this trajectory", "trajectory"), *crystals])


def _filled_collections(project: Project) -> list[str]:
    return [row.name for row in project.collections() if row.num_structures]
