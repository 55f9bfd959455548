"""What the training form asks for, and the run folder made of it."""

from dataclasses import dataclass
from typing import cast

from core.config import FinetuneSettings, PretrainSettings, StudySettings
from core.jobs.run_folder import RunFolder
from core.settings import Settings
from core.store.project import Project
from core.store.requests.shipped_models import starting_point
from core.store.requests.study import create_study_run
from core.store.requests.training import PlannedRun, plan_finetuning, plan_pretraining, write_planned


@dataclass(frozen=True)
class RunRequest:
    """One run.

    `property_name` is for fine-tuning and studies, `start_from`, the name of a run or of a shipped model or
    the path of a model file, for fine-tuning.
    """

    kind: str
    collection: str
    property_name: str | None
    start_from: str | None
    settings: Settings
    seed: int
    title: str


def create_run(request: RunRequest, project: Project) -> RunFolder:
    """Write the run folder; it is not started yet. Raises the errors of `core.store.requests.training`,
    for a study those of `core.store.requests.study`.
    """
    if request.kind != "study":
        return write_planned(project, plan_run(request, project))
    return create_study_run(
        project,
        collection=request.collection,
        property_name=request.property_name or "",
        settings=cast(StudySettings, request.settings),
        seed=request.seed,
        title=request.title,
    )


def plan_run(request: RunRequest, project: Project) -> PlannedRun:
    """Describe a pretraining or a fine-tuning; raises the errors of `core.store.requests.training`."""
    if request.kind == "pretrain":
        return plan_pretraining(
            project,
            collection=request.collection,
            settings=cast(PretrainSettings, request.settings),
            seed=request.seed,
            title=request.title,
        )
    return plan_finetuning(
        project,
        collection=request.collection,
        property_names=[request.property_name or ""],
        settings=cast(FinetuneSettings, request.settings),
        start_from=starting_point(project, request.start_from) if request.start_from else None,
        seed=request.seed,
        title=request.title,
    )
