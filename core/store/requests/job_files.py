"""Turning a request into a run folder that holds all it needs."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.config import GROUPINGS, FinetuneSettings, PredictSettings, PretrainSettings, encoder_name
from core.errors import LabelError, ModelError, ProjectError, SettingError, TooFewStructures, UnknownChoice
from core.jobs.atomic import disk_errors
from core.jobs.class_columns import class_columns
from core.jobs.property_choices import property_weights, with_kinds
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec, PropertySpec, StartingModel
from core.store.project import Project
from core.store.requests.model_header import predicted_properties
from core.store.requests.shipped_models import is_shipped
from core.store.requests.word_labels import labels_or_words, property_to_learn
from core.store.rows import StoredLabel

BIN = "discarded"  # folder of the project where runs go that are not wanted any more
FEWEST_STRUCTURES = 4
FEWEST_LABELS = 8
LONGEST_LABEL = 40  # characters of a run's name after its number

Labels = Mapping[str, Mapping[int, StoredLabel]]  # property -> structure number -> value


@dataclass(frozen=True)
class PlannedRun:
    """What a training is asked to do, before it is written down.

    label: goes into the name of the run. labels: values of its structures. model: the file to start from.
    """

    label: str
    spec: JobSpec
    labels: Labels = field(default_factory=dict)
    model: Path | None = None


def create_pretrain_run(
    project: Project,
    *,
    collection: str,
    settings: PretrainSettings,
    seed: int = 0,
    title: str = "",
) -> RunFolder:
    """Write the run folder of a pretraining; raises what `plan_pretraining` raises."""
    return write_planned(
        project, plan_pretraining(project, collection=collection, settings=settings, seed=seed, title=title)
    )


def plan_pretraining(
    project: Project,
    *,
    collection: str,
    settings: PretrainSettings,
    seed: int = 0,
    title: str = "",
) -> PlannedRun:
    """Describe a pretraining on all structures of a collection.

    Raises UnknownChoice for the collection, TooFewStructures below four structures, and SettingError for
    settings that contradict each other.
    """
    count = len(members_of(project, collection))
    if count < FEWEST_STRUCTURES:
        raise TooFewStructures(
            f"Pretraining needs at least {FEWEST_STRUCTURES} structures; '{collection}' has {count}.",
            "Import more structures.",
        )
    settings.check_together()
    spec = JobSpec(
        kind="pretrain",
        title=title or f"Pretrain on {collection}",
        collection=collection,
        encoder=encoder_name(settings.encoder),
        objective="deep_infomax",
        settings=settings.model_dump(),
        seed=seed,
    )
    return PlannedRun(f"pretrain-{spec.encoder}", spec)


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
    """Write the run folder of a fine-tuning; raises what `plan_finetuning` raises."""
    planned = plan_finetuning(
        project,
        collection=collection,
        property_names=property_names,
        settings=settings,
        start_from=start_from,
        seed=seed,
        title=title,
    )
    return write_planned(project, planned)


def plan_finetuning(
    project: Project,
    *,
    collection: str,
    property_names: Sequence[str],
    settings: FinetuneSettings,
    start_from: RunFolder | Path | None = None,
    seed: int = 0,
    title: str = "",
) -> PlannedRun:
    """Describe a fine-tuning; structures without a label come along to be predicted.

    A column of metadata can be learned as well: its words are classes. `start_from` is a finished run, a
    model file, or None for a network from scratch. Raises UnknownChoice for a collection, a property, or a
    column to group by that no labelled structure has, SettingError for no property, wrong weights of them,
    values that are no classes, or settings that contradict each other, TooFewStructures below eight labelled
    structures, LabelError for a property that is the same everywhere, and ModelError for a missing model.
    """
    settings.check_together()
    labels = labels_to_learn(project, collection, property_names, labels_or_words)
    check_grouping(project, collection, labels, settings.training.group_by)
    model = None if start_from is None else model_path(start_from)
    properties = [property_to_learn(project, name) for name in labels]
    property_weights(settings.objective.property_weights, properties)  # raises for names that are not learned
    spec = JobSpec(
        kind="finetune",
        title=title or f"Learn {', '.join(labels)}",
        collection=collection,
        encoder=encoder_name(settings.encoder),
        objective="supervised",
        settings=settings.model_dump(),
        properties=columns_to_learn(
            project, collection, with_kinds(properties, settings.objective.classes), labels
        ),
        start_from=None if model is None else starting_model(model),
        seed=seed,
    )
    return PlannedRun(f"finetune-{property_names[0]}", spec, labels, model)


def write_planned(project: Project, planned: PlannedRun) -> RunFolder:
    """Write the run folder of a training."""
    rows = structure_rows(project, planned.spec.collection, planned.labels)
    return write_run(project, planned.label, planned.spec, rows, as_start(planned.model))


def columns_to_learn(
    project: Project, collection: str, properties: Sequence[PropertySpec], labels: Labels
) -> tuple[PropertySpec, ...]:
    """What is to be predicted: a property, or each class of one that is learned as several."""
    members = members_of(project, collection)
    columns: list[PropertySpec] = []
    for prop in properties:
        known = [as_target(label) for number, label in labels[prop.name].items() if number in members]
        columns += class_columns(prop, known) if prop.kind == "class" else (prop,)
    return tuple(columns)


def create_predict_run(
    project: Project,
    *,
    collection: str,
    model: RunFolder | Path,
    settings: PredictSettings,
    title: str = "",
) -> RunFolder:
    """Write the run folder that applies a model to every structure of a collection.

    What is predicted, with unit and scale, is taken over from the model where that says it.
    Raises UnknownChoice, TooFewStructures for an empty collection, and ModelError for a missing model.
    """
    if not members_of(project, collection):
        raise TooFewStructures(f"The collection '{collection}' is empty.", "Import structures first.")
    path = model_path(model)
    spec = JobSpec(
        kind="predict",
        title=title or f"Predict {collection}",
        collection=collection,
        settings=settings.model_dump(),
        properties=predicted_properties(path),
        start_from=starting_model(path),
    )
    return write_run(project, "predict", spec, structure_rows(project, collection, {}), as_start(path))


def labels_to_learn(
    project: Project,
    collection: str,
    property_names: Sequence[str],
    read: Callable[[Project, str], Mapping[int, StoredLabel]] = Project.labels,
) -> Labels:
    """The labels of the properties to learn, as `read` gives them.

    Raises UnknownChoice for a collection or a property, SettingError for no property, TooFewStructures below
    eight labelled structures, and LabelError for a property that is the same everywhere.
    """
    if not property_names:
        raise SettingError("No property was chosen.", "Choose at least one to learn.")
    members = members_of(project, collection)
    labels = {name: read(project, name) for name in property_names}
    for name, values in labels.items():
        count = len(members & values.keys())
        if count < FEWEST_LABELS:
            raise TooFewStructures(
                f"Learning '{name}' needs at least {FEWEST_LABELS} labelled structures; "
                f"'{collection}' has {count}.",
                "Import more labels, or choose another collection or property.",
            )
        check_values_differ(name, (values[number] for number in members & values.keys()))
    return labels


def check_values_differ(name: str, labels: Iterable[StoredLabel]) -> None:
    """Raise LabelError for a property that has the same value everywhere."""
    if len({label.value for label in labels}) < 2:
        raise LabelError(
            f"'{name}' has the same value everywhere: there is nothing to learn.",
            "Choose another property or collection.",
        )


def members_of(project: Project, collection: str) -> set[int]:
    """Numbers of the structures of a collection but the deleted ones; raises UnknownChoice."""
    sql = (
        "select m.structure_id from members m join structures s on s.id = m.structure_id "
        "where m.collection_id = ? and not s.deleted"
    )
    return {row["structure_id"] for row in project.query(sql, [project.collection_id(collection)])}


def structure_rows(
    project: Project, collection: str, labels: Labels, only: Collection[int] | None = None
) -> Iterator[dict[str, Any]]:
    """Rows of structures.jsonl; those with targets bring their metadata along, for grouped splits.

    only: numbers of the structures that are wanted; None for all.
    """
    metadata = metadata_of(project) if labels else {}
    for row in project.stored_structures(collection):
        if only is not None and row["id"] not in only:
            continue
        targets = {
            name: as_target(values[row["id"]]) for name, values in labels.items() if row["id"] in values
        }
        yield {
            "id": row["id"],
            "name": row["name"],
            "formula": row["formula"],
            "content_hash": row["content_hash"],
            "targets": targets,
            **({"metadata": metadata[row["id"]]} if row["id"] in metadata else {}),
            "structure": json.loads(row["content"]),
        }


def check_grouping(project: Project, collection: str, labels: Labels, group_by: str) -> None:
    """Raise UnknownChoice for a column to group by that no labelled structure of a collection has."""
    if group_by not in GROUPINGS:
        labelled = members_of(project, collection) & {*chain(*labels.values())}
        metadata = metadata_of(project)
        columns = {title for number in labelled for title in metadata.get(number, ())}
        if group_by not in columns:
            raise UnknownChoice("column to group by", group_by, columns.union(GROUPINGS))


def as_target(label: StoredLabel) -> dict[str, Any]:
    """A label as structures.jsonl has it."""
    error = {} if label.error is None else {"error": label.error}
    word = {"class": label.word} if label.word else {}
    return {"value": label.value, "bound": label.bound, **error, **word}


def metadata_of(project: Project) -> dict[int, dict[str, str]]:
    """Metadata of all structures, by number and title."""
    found: dict[int, dict[str, str]] = {}
    for row in project.query("select structure_id, name, value from metadata"):
        found.setdefault(row["structure_id"], {})[row["name"]] = row["value"]
    return found


def write_run(
    project: Project,
    label: str,
    spec: JobSpec,
    rows: Iterable[Mapping[str, Any]],
    files: Mapping[str, Path] = MappingProxyType({}),
    texts: Mapping[str, str] = MappingProxyType({}),
) -> RunFolder:
    """Fill a new run folder; one that cannot be finished is taken away again.

    rows: those of structures.jsonl. files: what is copied into the folder, by the name that it gets there.
    texts: the content of further files by name.
    """
    with writing_in(project.runs_folder):
        run = _new_run(project, label)
        try:
            for name, path in files.items():
                (run.path / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(path, run.path / name)
            for name, text in texts.items():
                (run.path / name).write_text(text, encoding="utf-8")
            run.write_job(spec, rows)
        except BaseException:
            shutil.rmtree(run.path, ignore_errors=True)
            raise
    return run


def as_start(model: Path | None) -> dict[str, Path]:
    """The file to copy into a run that starts from a model."""
    return {} if model is None else {"start.safetensors": model}


@contextmanager
def writing_in(folder: Path) -> Iterator[None]:
    """Raise DiskFull or ProjectError where files cannot be written."""
    try:
        with disk_errors(folder):
            yield
    except OSError as error:
        raise ProjectError(
            f"No run can be made in '{folder}': {error.strerror}.", "Check that you may write there."
        ) from error


def _new_run(project: Project, label: str) -> RunFolder:
    """Make the next numbered folder; one program at a time does so, so that no number is given twice.

    A number in the bin is not given again, since its run may be taken back, nor one that the database knows:
    its run was taken in and deleted.
    """
    safe = re.sub("[^A-Za-z0-9_-]+", "_", label)[:LONGEST_LABEL].strip("_-")
    with project.transaction():
        project.runs_folder.mkdir(exist_ok=True)
        folders = [project.runs_folder, project.folder / BIN]
        names = [path.name for folder in folders if folder.is_dir() for path in folder.iterdir()]
        names += [row["name"] for row in project.query("select name from runs")]
        number = 1 + max((RunFolder(Path(name)).number for name in names), default=0)
        path = project.runs_folder / f"{number:04d}-{safe}"
        path.mkdir()
    return RunFolder(path)


def model_path(source: RunFolder | Path) -> Path:
    """The model file of a run, or the file itself; raises ModelError when there is none."""
    path = source.path if isinstance(source, RunFolder) else Path(source)
    if path.is_dir():
        path = RunFolder(path).model_file
    if not path.is_file():
        raise ModelError(f"There is no model at '{path}'.", "Choose a completed run or a .safetensors model.")
    return path


def starting_model(path: Path) -> StartingModel:
    """Describe a model by its run, where it lies in one, or its file name, and by its content."""
    run = RunFolder(path.parent)
    if is_shipped(path):
        name = f"{path.stem} (shipped)"
    else:
        name = run.name if path.name == run.model_file.name and run.job_file.exists() else path.name
    with open(path, "rb") as file:
        return StartingModel(name=name, sha256=hashlib.file_digest(file, "sha256").hexdigest())
