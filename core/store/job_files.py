"""Turning a request into a run folder that holds all it needs."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.config import FinetuneSettings, PredictSettings, PretrainSettings
from core.errors import ModelError, TooFewStructures
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec, PropertySpec, StartingModel
from core.store.project import Project
from core.store.rows import StoredLabel

FEWEST_STRUCTURES = 4
FEWEST_LABELS = 8


def create_pretrain_run(
    project: Project,
    *,
    collection: str,
    settings: PretrainSettings,
    seed: int = 0,
    title: str = "",
) -> RunFolder:
    """Write the run folder of a pretraining on all structures of a collection.

    Raises UnknownChoice for the collection and TooFewStructures below four structures.
    """
    spec = JobSpec(
        kind="pretrain",
        title=title or f"Pretrain on {collection}",
        collection=collection,
        objective="deep_infomax",
        settings=settings.model_dump(),
        seed=seed,
    )
    rows = list(_structure_rows(project, collection, {}))
    if len(rows) < FEWEST_STRUCTURES:
        raise TooFewStructures(
            f"Pretraining needs at least {FEWEST_STRUCTURES} structures; '{collection}' has {len(rows)}.",
            "Import more structures.",
        )
    run = _new_run(project, f"pretrain-{spec.encoder}")
    run.write_job(spec, rows)
    return run


def create_finetune_run(
    project: Project,
    *,
    collection: str,
    property_names: Sequence[str],
    settings: FinetuneSettings,
    start_from: RunFolder | Path | None = None,
    seed: int = 0,
    title: str = "",
) -> RunFolder:
    """Write the run folder of a fine-tuning; structures without a label come along to be predicted.

    `start_from` is a finished run, a model file, or None for a network from scratch. Raises
    UnknownChoice, TooFewStructures below eight labelled structures, and ModelError for a missing model.
    """
    labels = {name: project.labels(name) for name in property_names}
    rows = list(_structure_rows(project, collection, labels))
    for name in property_names:
        count = sum(name in row["targets"] for row in rows)
        if count < FEWEST_LABELS:
            raise TooFewStructures(
                f"Learning '{name}' needs at least {FEWEST_LABELS} labelled structures; "
                f"'{collection}' has {count}.",
                "Import more labels, or choose another collection or property.",
            )
    model = None if start_from is None else _model_path(start_from)
    properties = [project.property_row(name) for name in property_names]
    spec = JobSpec(
        kind="finetune",
        title=title or f"Learn {', '.join(property_names)}",
        collection=collection,
        objective="supervised",
        settings=settings.model_dump(),
        properties=tuple(PropertySpec(name=p.name, unit=p.unit, transform=p.transform) for p in properties),
        start_from=None if model is None else _starting_model(start_from, model),
        seed=seed,
    )
    run = _new_run(project, f"finetune-{property_names[0]}")
    if model is not None:
        shutil.copyfile(model, run.start_model_file)
    run.write_job(spec, rows)
    return run


def create_predict_run(
    project: Project,
    *,
    collection: str,
    model: RunFolder | Path,
    settings: PredictSettings,
    title: str = "",
) -> RunFolder:
    """Write the run folder that applies a model to every structure of a collection."""
    path = _model_path(model)
    spec = JobSpec(
        kind="predict",
        title=title or f"Predict {collection}",
        collection=collection,
        settings=settings.model_dump(),
        start_from=_starting_model(model, path),
    )
    rows = list(_structure_rows(project, collection, {}))
    run = _new_run(project, "predict")
    shutil.copyfile(path, run.start_model_file)
    run.write_job(spec, rows)
    return run


def _structure_rows(
    project: Project, collection: str, labels: Mapping[str, Mapping[int, StoredLabel]]
) -> Iterator[dict[str, Any]]:
    for row in project.stored_structures(collection):
        targets = {
            name: {"value": values[row["id"]].value, "bound": values[row["id"]].bound}
            for name, values in labels.items()
            if row["id"] in values
        }
        yield {
            "id": row["id"],
            "name": row["name"],
            "formula": row["formula"],
            "content_hash": row["content_hash"],
            "targets": targets,
            "structure": json.loads(row["content"]),
        }


def _new_run(project: Project, label: str) -> RunFolder:
    """Make the next numbered folder; a taken number is passed over, so two programs do not collide."""
    project.runs_folder.mkdir(exist_ok=True)
    safe = re.sub(r"[^A-Za-z0-9_]+", "_", label.replace("-", "\0")).replace("\0", "-")[:40].rstrip("_-")
    numbers = [int(path.name[:4]) for path in project.runs_folder.iterdir() if path.name[:4].isdigit()]
    number = max(numbers, default=0) + 1
    while True:
        path = project.runs_folder / f"{number:04d}-{safe}"
        try:
            path.mkdir()
            return RunFolder(path)
        except FileExistsError:
            number += 1


def _model_path(source: RunFolder | Path) -> Path:
    path = source.model_file if isinstance(source, RunFolder) else Path(source)
    if path.is_dir():
        path = RunFolder(path).model_file
    if not path.is_file():
        raise ModelError(f"There is no model at '{path}'.", "Choose a completed run or a .safetensors model.")
    return path


def _starting_model(source: RunFolder | Path | None, path: Path) -> StartingModel:
    name = source.name if isinstance(source, RunFolder) else path.name
    return StartingModel(name=name, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
