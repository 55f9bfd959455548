"""What a fine-tuning starts from: a shipped model, nothing, a run, or a model file that the user chooses."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox

from core.errors import CoreError
from core.store.requests.model_header import network_of
from core.store.requests.shipped_models import ShippedModel, recommended_model, shipped_models
from desktop_app.forms.choice_box import let_entries_be_cut, offer
from desktop_app.forms.setting_forms import ENCODER_TITLES
from desktop_app.session import Session

_SCRATCH = ""
_FILE = "?"  # no run, shipped model or absolute path is called so


class StartBox(QComboBox):
    """Its last entry lets `ask` find a file, which becomes an entry of its own.

    `start_changed` comes with each choice.
    """

    start_changed = Signal()

    def __init__(self, session: Session, ask: Callable[[], Path | None]) -> None:
        super().__init__()
        let_entries_be_cut(self)
        self._session, self._ask = session, ask
        self._shipped = {model.name: model for model in shipped_models()}
        self._files: dict[str, str] = {}  # the encoder by path, in the order in which they were chosen
        self._start = _SCRATCH
        session.jobs.runs_changed.connect(self._offer)
        self.currentIndexChanged.connect(self._on_index)
        self.activated.connect(self._on_activated)
        self._offer()

    @property
    def start(self) -> str | None:
        """The name of a shipped model or of a run, or the path of a file; None for scratch."""
        return self._start or None

    @property
    def encoder(self) -> str | None:
        """That of the model which is started from; None for scratch."""
        if self._start in self._shipped:
            return self._shipped[self._start].encoder
        if self._start in self._files:
            return self._files[self._start]
        run = self._session.jobs.runs.get(self._start)
        return run.spec.encoder if run is not None and run.spec is not None else None

    @property
    def origin(self) -> str:
        """Which model it is, its network, and what a shipped one has met; nothing for scratch and runs."""
        if self._start in self._shipped:
            return _origin(self._shipped[self._start])
        if self._start in self._files:
            return f"{self._start}, network {_title(self._files[self._start])}."
        return ""

    def choose(self, start: str | None) -> None:
        """Start from this where it is on offer, else from what stands first."""
        self.setCurrentIndex(max(0, self.findData(start or _SCRATCH)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel scroll the form: turned over the last entry, it would open a dialog."""
        event.ignore()

    def _offer(self) -> None:
        runs = self._session.jobs.runs.values()
        trained = [run for run in runs if run.has_completed("pretrain", "finetune")]
        names = sorted((run.name for run in trained if run.folder.model_file.exists()), reverse=True)
        shipped = [(f"shipped: {m.description.title}", m.name) for m in self._shipped.values()]
        best = recommended_model()
        first = [entry for entry in shipped if best is not None and entry[1] == best.name]
        others = [entry for entry in shipped if entry not in first]
        files = [(f"file: {Path(path).name}", path) for path in self._files]
        runs_offered = [(f"run {name}", name) for name in names]
        offer(self, [*first, ("scratch", _SCRATCH), *runs_offered, *others, *files, ("a model file…", _FILE)])
        self._on_index()

    def _on_index(self) -> None:
        if self.currentData() != _FILE:
            self._start = self.currentData()
            self.start_changed.emit()

    def _on_activated(self) -> None:
        if self.currentData() == _FILE:
            path, before = self._ask(), self._start
            self.choose(before if path is None else self._take(path) or before)

    def _take(self, path: Path) -> str | None:
        """Offer a model file, and return its name here; what is no model is said."""
        name = str(path.absolute())
        try:
            self._files[name] = network_of(path)
        except CoreError as error:
            self._session.notes.error(error)
            return None
        self._offer()
        return name


def _origin(model: ShippedModel) -> str:
    return f"{model.description.title}, network {_title(model.encoder)}. {model.sentence}"


def _title(encoder: str) -> str:
    return ENCODER_TITLES.get(encoder, encoder)
