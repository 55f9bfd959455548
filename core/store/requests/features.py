"""Turning a request to learn on fixed features into a run folder."""

from collections.abc import Sequence
from pathlib import Path

from core.config import FeaturesSettings
from core.errors import SettingError
from core.fixed_feature_settings import LEARNERS_OF_CLASSES
from core.jobs.property_choices import with_kinds
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec, PropertySpec
from core.store.project import Project
from core.store.requests.learned_labels import check_grouping, columns_to_learn, labels_to_learn
from core.store.requests.run_writing import write_run
from core.store.requests.starting_models import as_start, model_path, starting_model
from core.store.requests.structure_rows import structure_rows
from core.store.requests.word_labels import labels_or_words, property_to_learn


def create_features_run(
    project: Project,
    *,
    collection: str,
    property_names: Sequence[str],
    settings: FeaturesSettings,
    start_from: RunFolder | Path | None = None,
    seed: int = 0,
    title: str = "",
) -> RunFolder:
    """Write the run folder; structures without a label come along to be predicted.

    `start_from` is the finished run or the model file whose encoder gives the embedding, None for none.
    A column of metadata can be learned as well: its words are classes. Raises as `create_finetune_run` does,
    and SettingError when no features are left to learn on or for a learner that learns no classes.
    """
    labels = labels_to_learn(project, collection, property_names, labels_or_words)
    learning = settings.learning
    if not (learning.composition or learning.structure or (learning.embedding and start_from is not None)):
        raise SettingError("No features were chosen.", "Choose composition, structure, or a starting model.")
    check_grouping(project, collection, labels, settings.held_out.group_by)
    model = None if start_from is None else model_path(start_from)
    properties = with_kinds([property_to_learn(project, name) for name in labels], learning.classes)
    _check_learner(properties, learning.learner)
    spec = JobSpec(
        kind="features",
        title=title or f"Learn {', '.join(labels)} on fixed features",
        collection=collection,
        objective="supervised",
        settings=settings.model_dump(),
        properties=columns_to_learn(project, collection, properties, labels),
        start_from=None if model is None else starting_model(model),
        seed=seed,
    )
    rows = structure_rows(project, collection, labels)
    return write_run(project, f"features-{property_names[0]}", spec, rows, as_start(model))


def _check_learner(properties: Sequence[PropertySpec], learner: str) -> None:
    classes = [prop.name for prop in properties if prop.kind == "class"]
    if classes and learner not in LEARNERS_OF_CLASSES:
        raise SettingError(
            f"'{classes[0]}' is learned as classes, and the learner '{learner}' learns numbers alone.",
            f"Choose among: {', '.join(LEARNERS_OF_CLASSES)}.",
        )
