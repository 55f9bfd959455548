"""The models that can predict: fine-tuned ones of the project, and those shipped with the program."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.jobs.run_folder import RunFolder
from core.store.requests.shipped_models import shipped_models
from desktop_app.runs.run_poller import RunView

_NAMED = 3  # properties; of more, the first two are named and the others counted


@dataclass(frozen=True)
class PredictingModel:
    """A model by its name, the properties that it predicts, and where it is."""

    name: str
    properties: tuple[str, ...]
    source: RunFolder | Path

    @property
    def words(self) -> str:
        """What it predicts, and its name."""
        named = self.properties
        if len(named) > _NAMED:
            named = (*named[: _NAMED - 1], f"{len(named) - _NAMED + 1} more properties")
        return f"{', '.join(named)}, by {self.name}"


def predicting_models(runs: Iterable[RunView]) -> list[PredictingModel]:
    """Those of the project, the newest first, then the shipped ones."""
    finetuned = [
        PredictingModel(run.name, tuple(prop.name for prop in run.spec.properties), run.folder)
        for run in sorted(runs, key=lambda run: run.name, reverse=True)
        if run.spec is not None
        and run.has_completed("finetune", "features")
        and run.folder.model_file.exists()
    ]
    shipped = [
        PredictingModel(f"the shipped model {model.name}", model.properties, model.path)
        for model in shipped_models()
        if model.properties
    ]
    return [*finetuned, *shipped]
