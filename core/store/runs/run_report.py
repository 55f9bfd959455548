"""A run as a folder for a colleague or with a paper: settings, curves, predictions, versions, words."""

import shutil
from pathlib import Path
from typing import Any

from core.config import build_settings
from core.errors import RunError
from core.events import EpochEnded
from core.jobs.atomic import disk_errors
from core.jobs.csv_file import write_csv
from core.jobs.event_log import EventTail
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec

_COPIED = ("job.json", "result.json", "predictions.csv", "classes.csv")
_DONE = {
    "pretrain": "was pretrained without labels",
    "finetune": "was fine-tuned",
    "predict": "was applied",
}
REPORTED = tuple(_DONE)  # kinds of jobs; a study writes a report of its own


def write_run_report(run: RunFolder, folder: Path) -> None:
    """Write what a completed run was asked for, what it did and what it found into a new or empty folder.

    README.md: a paragraph for the methods, and what each file is. Raises RunError for a run of
    another kind, one that is not completed and a folder that is not empty or cannot be written, and DiskFull.
    """
    spec = run.spec()
    if spec.kind not in REPORTED:
        raise RunError(
            f"The run '{run.name}' is a {spec.kind}.", f"Reports are made of: {', '.join(REPORTED)}."
        )
    if run.status() is not Status.COMPLETED:
        raise RunError(f"The run '{run.name}' is {run.status()}.", "A report is made of a completed run.")
    run.require_own_files()
    try:
        if folder.exists() and any(folder.iterdir()):
            raise RunError(f"The folder '{folder}' is not empty.", "Choose a new folder for the report.")
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for name in _COPIED:
                if (run.path / name).exists():
                    shutil.copyfile(run.path / name, folder / name)
            _write_curves(run, folder / "curves.csv")
            (folder / "README.md").write_text(_readme(run, spec, folder), encoding="utf-8")
    except OSError as error:
        raise RunError(f"'{folder}' cannot be written: {error.strerror or error}.") from error


def methods_words(spec: JobSpec) -> str:
    """What was done, for the methods section of a paper, from what was asked for."""
    version = spec.versions.get("siteloupe", "")
    learned = ", ".join(f"{prop.name} ({prop.learned_unit})".replace(" ()", "") for prop in spec.properties)
    start = f", starting from '{spec.start_from.name}'" if spec.start_from else ", from scratch"
    texts = [
        f"With Siteloupe {version} a network {spec.encoder} {_DONE[spec.kind]}",
        f" to {learned}" if learned else "",
        f" on {spec.num_structures:,} structures of the collection '{spec.collection}'",
        start if spec.kind in ("pretrain", "finetune") else "",
        f", with seed {spec.seed}.",
    ]
    changes = ", ".join(f"{key} = {value}" for key, value in _changes(spec).items())
    return "".join(texts) + (f" Settings other than the standard ones: {changes}." if changes else "")


def _changes(spec: JobSpec) -> dict[str, Any]:
    standard = build_settings(spec.kind, "standard", encoder=spec.encoder).model_dump()
    return {
        f"{group}.{name}": value
        for group, settings in spec.settings.items()
        for name, value in settings.items()
        if name in standard.get(group, {}) and value != standard[group][name]
    }


def _write_curves(run: RunFolder, path: Path) -> None:
    """One line an epoch, of the last time it was gone through."""
    told = [timed.event for timed in EventTail(run.events_file).read()]
    epochs = {event.epoch: event for event in told if isinstance(event, EpochEnded)}
    if not epochs:
        return
    names = list(dict.fromkeys(name for event in epochs.values() for name in event.metrics))
    lines = (
        [epoch + 1, event.train_loss, event.validation_loss, *(event.metrics.get(name) for name in names)]
        for epoch, event in sorted(epochs.items())
    )
    write_csv(path, ["epoch", "training loss", "validation loss", *names], lines)


def _readme(run: RunFolder, spec: JobSpec, folder: Path) -> str:
    files = {
        "job.json": "all settings, the seed, the versions of all libraries, the SHA-256 of the structures",
        "curves.csv": "losses and figures of each epoch",
        "predictions.csv": "measured and predicted values, intervals, and which were held out",
        "classes.csv": "the probability of each class",
        "result.json": "errors on what was held out, beside those of two baselines; what intervals are worth",
    }
    lines = [f"- {name}: {words}" for name, words in files.items() if (folder / name).exists()]
    versions = ", ".join(f"{name} {version}" for name, version in spec.versions.items())
    return "\n".join(
        [
            f"# {' '.join(spec.title.split()) or run.name}",
            "",
            methods_words(spec),
            "",
            *lines,
            "",
            f"Run {run.name}, made {spec.created}. Structures: SHA-256 {spec.structures_sha256}.",
            f"Versions: {versions}.",
            "",
        ]
    )
