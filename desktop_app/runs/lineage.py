"""Where a model comes from: the models that it was started from, one after the other, in words."""

from collections.abc import Mapping

from core.config import FinetuneSettings
from core.errors import SettingError
from core.jobs.spec import JobSpec
from desktop_app.runs.run_poller import RunView

_DID = {
    "pretrain": "Pretrained",
    "finetune": "Fine-tuned for",
    "predict": "Predicted",
    "study": "A study of",
    "features": "Learned",
    "trajectory": "Analysed a trajectory",
    "clouds": "Learned from clouds",
}


def lineage_of(run: RunView, runs: Mapping[str, RunView]) -> list[str]:
    """Names of the models that a run goes back to, the nearest first; the last may be a shipped model."""
    names: list[str] = []
    current: RunView | None = run
    while current is not None and current.spec is not None and current.spec.start_from is not None:
        name = current.spec.start_from.name
        if name in names or name == run.name:  # no run can start from itself, but a copied file may say so
            break
        names.append(name)
        current = runs.get(name)
    return names


def lineage_words(run: RunView, runs: Mapping[str, RunView]) -> str:
    """A sentence: on what a run learned, from which models it started, what became of their layers."""
    if run.spec is None:
        return ""
    where = f"on '{run.spec.collection}'" if run.spec.collection else ""
    properties = ", ".join(prop.name for prop in run.spec.properties)
    parts = [_DID.get(run.spec.kind, run.spec.kind), properties, where]
    sentence = " ".join(filter(None, parts))
    origins = lineage_of(run, runs)
    if origins:
        sentence += f", from {', which is from '.join(origins)}{_taken_over(run.spec)}"
    elif run.spec.kind == "finetune":
        sentence += ", from scratch"
    return f"{sentence}."


def _taken_over(spec: JobSpec) -> str:
    """What a fine-tuning does with the layers of the model that it starts from; nothing for other runs."""
    if spec.kind != "finetune":
        return ""
    try:
        settings = spec.typed_settings()
    except SettingError:  # of another version
        return ""
    return f": {settings.transfer.words}" if isinstance(settings, FinetuneSettings) else ""
