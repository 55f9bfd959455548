"""Requests for trainings: pretraining and fine-tuning, planned and written as run folders."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, ParamSpec

from core.config import FinetuneSettings, PretrainSettings, encoder_name
from core.errors import TooFewStructures
from core.jobs.property_choices import check_can_be_blended, property_weights, with_kinds
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.store.project import Project
from core.store.requests.learned_labels import check_grouping, columns_to_learn, labels_to_learn
from core.store.requests.run_writing import write_run
from core.store.requests.starting_models import as_start, model_path, starting_model
from core.store.requests.structure_rows import Labels, members_of, structure_rows
from core.store.requests.word_labels import labels_or_words, property_to_learn

FEWEST_STRUCTURES = 4
Asked = ParamSpec("Asked")


@dataclass(frozen=True)
class PlannedRun:
    """What a training is asked to do, before it is written down.

    label: goes into the name of the run. labels: values of its structures. model: the file to start from.
    """

    label: str
    spec: JobSpec
    labels: Labels = field(default_factory=dict)
    model: Path | None = None


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
    values that are no classes, classes in a blend, or settings that contradict each other, TooFewStructures
    below eight labelled structures, LabelError for a property that is the same everywhere, and ModelError for
    a missing model.
    """
    settings.check_together()
    labels = labels_to_learn(project, collection, property_names, labels_or_words)
    check_grouping(project, collection, labels, settings.training.group_by)
    model = None if start_from is None else model_path(start_from)
    known = [property_to_learn(project, name) for name in labels]
    property_weights(settings.objective.property_weights, known)  # raises for names that are not learned
    properties = with_kinds(known, settings.objective.classes)
    if settings.training.blend:
        check_can_be_blended(properties)
    spec = JobSpec(
        kind="finetune",
        title=title or f"Learn {', '.join(labels)}",
        collection=collection,
        encoder=encoder_name(settings.encoder),
        objective="supervised",
        settings=settings.model_dump(),
        properties=columns_to_learn(project, collection, properties, labels),
        start_from=None if model is None else starting_model(model),
        seed=seed,
    )
    return PlannedRun(f"finetune-{property_names[0]}", spec, labels, model)


def write_planned(project: Project, planned: PlannedRun) -> RunFolder:
    """Write the run folder of a training."""
    rows = structure_rows(project, planned.spec.collection, planned.labels)
    return write_run(project, planned.label, planned.spec, rows, as_start(planned.model))


def _written(
    plan: Callable[Concatenate[Project, Asked], PlannedRun],
) -> Callable[Concatenate[Project, Asked], RunFolder]:
    """Make what takes and raises the same as `plan`, and writes the run folder of what that describes."""

    def create(project: Project, /, *arguments: Asked.args, **named: Asked.kwargs) -> RunFolder:
        return write_planned(project, plan(project, *arguments, **named))

    return create


create_pretrain_run = _written(plan_pretraining)
create_finetune_run = _written(plan_finetuning)
