"""Turning a request to learn on fixed features into a run folder."""

from collections.abc import Sequence
from pathlib import Path

from core.config import FeaturesSettings
from core.errors import SettingError
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec, PropertySpec
from core.store.job_files import (
    as_start,
    check_grouping,
    labels_to_learn,
    model_path,
    starting_model,
    structure_rows,
    write_run,
)
from core.store.project import Project


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
    Raises as `create_finetune_run` does, and SettingError when no features are left to learn on.
    """
    labels = labels_to_learn(project, collection, property_names)
    learning = settings.learning
    if not (learning.composition or learning.structure or (learning.embedding and start_from is not None)):
        raise SettingError("No features were chosen.", "Choose composition, structure, or a starting model.")
    check_grouping(project, collection, labels, settings.held_out.group_by)
    model = None if start_from is None else model_path(start_from)
    properties = [project.property_row(name) for name in labels]
    spec = JobSpec(
        kind="features",
        title=title or f"Learn {', '.join(labels)} on fixed features",
        collection=collection,
        objective="supervised",
        settings=settings.model_dump(),
        properties=tuple(PropertySpec(name=p.name, unit=p.unit, transform=p.transform) for p in properties),
        start_from=None if model is None else starting_model(model),
        seed=seed,
    )
    rows = structure_rows(project, collection, labels)
    return write_run(project, f"features-{property_names[0]}", spec, rows, as_start(model))
