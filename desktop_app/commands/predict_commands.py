"""Predicting at once: structures dropped on the window, or those of a collection."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from core.config import PredictSettings
from core.jobs.run_folder import RunFolder
from core.store.requests.predict import create_predict_run
from desktop_app.actions import Actions
from desktop_app.commands.import_commands import ImportCommands
from desktop_app.dialogs.ask import ask_choice
from desktop_app.predictions.predicting_models import PredictingModel, predicting_models
from desktop_app.session import Session

_OFFERED = 3  # models in the menu of a drop; the others can be chosen for a collection


class PredictCommands(QObject):
    """Makes a collection of its own for what is dropped; predictions are shown as soon as they are there."""

    def __init__(self, session: Session, actions: Actions, imports: ImportCommands, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._actions, self._imports, self._window = session, actions, imports, window
        self._expected: set[str] = set()
        actions["predict_collection"].triggered.connect(self._ask)
        for signal in (session.project_changed, session.jobs.runs_changed):
            signal.connect(self._show_state)
        session.jobs.ingested.connect(self._on_ingested)
        self._show_state()

    @property
    def models(self) -> list[PredictingModel]:
        """The models that can predict, the best suited first."""
        return predicting_models(self._session.jobs.runs.values())

    def offer(self, paths: Sequence[Path], take: Callable[[], None], place: QPoint) -> bool:
        """Ask, where files were dropped, whether to predict them at once or to `take` them into the library.

        What is more likely wanted stands first: to predict with a model of the project, else to import.
        False, and nothing is asked, where no model can predict.
        """
        models = self.models[:_OFFERED]
        if not models or self._session.project is None:
            return False
        menu = QMenu("Dropped files", self._window)
        menu.setObjectName("dropped")
        menu.aboutToHide.connect(menu.deleteLater)
        choices: list[tuple[str, Callable[[], None]]] = [
            (f"Predict at once: {model.words}", partial(self.predict_files, list(paths), model))
            for model in models
        ]
        has_own = any(isinstance(model.source, RunFolder) for model in models)
        choices.insert(len(choices) if has_own else 0, ("Import into the library", take))
        for text, act in choices:
            menu.addAction(text.replace("&", "&&"), act)
        menu.addSeparator()
        menu.addAction("Cancel")
        menu.popup(place)
        return True

    def predict_files(self, paths: Sequence[Path], model: PredictingModel) -> None:
        """Read files into a new collection, then predict it."""
        self._imports.import_paths(paths, self._new_name(paths[0]), partial(self.predict, model))

    def predict(self, model: PredictingModel, collection: str) -> None:
        """Start a run that predicts a collection."""
        work = self._session.ask(
            lambda project: create_predict_run(
                project, collection=collection, model=model.source, settings=PredictSettings()
            )
        )
        task = self._session.start_activity("Preparing the predictions", work)
        task.succeeded.connect(self._on_created)

    def _ask(self) -> None:
        """Ask by which model the shown collection is to be predicted, where there are several of either."""
        project = self._session.project
        if project is None:
            return
        names = [row.name for row in project.collections()]
        collection = self._session.collection or self._choose("Collection", names)
        by_words = {model.words: model for model in self.models}
        words = self._choose("Model", list(by_words)) if collection is not None else None
        if collection is not None and words is not None:
            self.predict(by_words[words], collection)

    def _choose(self, what: str, names: list[str]) -> str | None:
        if len(names) == 1:
            return names[0]
        return ask_choice(self._window, "Predict a collection", what, names, new=False)

    def _new_name(self, first: Path) -> str:
        """A name for a collection that is not there yet."""
        project = self._session.project
        known = {row.name for row in project.collections()} if project is not None else set()
        base = f"{first.name if first.is_dir() else first.absolute().parent.name} to predict"
        names = (base if number == 1 else f"{base} {number}" for number in count(1))
        return next(name for name in names if name not in known)

    def _on_created(self, run: RunFolder) -> None:
        self._expected.add(run.name)
        self._session.start_run(run)

    def _on_ingested(self, name: str) -> None:
        if name in self._expected:
            self._expected.remove(name)
            self._session.select_run(name)
            self._actions["show_predictions"].trigger()

    def _show_state(self) -> None:
        self._actions["predict_collection"].setEnabled(
            self._session.project is not None and bool(self.models)
        )
