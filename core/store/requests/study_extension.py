"""Adding arms, seeds or label budgets to a study: a new run that takes over the cells that are done."""

import shutil
from typing import Final, cast

from core.config import StudySettings
from core.errors import RunError, SettingError
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec
from core.jobs.study_arms import AGREEMENT_FILE
from core.jobs.study_texts import parse_arms
from core.store.project import Project
from core.store.requests.run_writing import writing_in
from core.store.requests.study import create_study_run

# What the worker of a study makes and can use again; the marks are compared when the run starts.
TAKEN_OVER: Final = ("cells.csv", "cells/*.npy", "features.npz", AGREEMENT_FILE, "models/*", "pretrained/*/*")


def extend_study(
    project: Project, earlier: RunFolder, *, arms: str = "", n_labels: str = "", seeds: int | None = None
) -> RunFolder:
    """Write the run folder of a study with all that an earlier one has, and more.

    arms and n_labels come behind those of the earlier study, seeds is the new number of them; all else stays
    as it was. Raises RunError for a run that is no study, is running or has no marks to compare,
    SettingError for fewer seeds than before, and as `create_study_run` does.
    """
    spec = earlier.spec()
    _check(earlier, spec)
    run = create_study_run(
        project,
        collection=spec.collection,
        property_name=spec.properties[0].name,
        settings=_extended(spec, arms, n_labels, seeds),
        seed=spec.seed,
    )
    with writing_in(run.path):
        for pattern in TAKEN_OVER:
            for path in sorted(earlier.path.glob(pattern)):
                target = run.path / path.relative_to(earlier.path)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
    return run


def _check(earlier: RunFolder, spec: JobSpec) -> None:
    if spec.kind != "study":
        raise RunError(f"The run '{earlier.name}' is no study.", "Choose one that compares arms.")
    if earlier.status() is Status.RUNNING:
        raise RunError(f"The study '{earlier.name}' is running.", "Stop it, or wait until it is done.")
    if not (earlier.path / AGREEMENT_FILE).exists():
        raise RunError(
            f"The study '{earlier.name}' has not begun, or was made by an earlier version.",
            "Resume it, or make a new study.",
        )


def _extended(spec: JobSpec, arms: str, n_labels: str, seeds: int | None) -> StudySettings:
    plan = cast(StudySettings, spec.typed_settings()).study
    if seeds is not None and seeds < plan.seeds:
        raise SettingError(f"The study has {plan.seeds} seeds already.", "Give at least as many.")
    known = {arm.text for arm in parse_arms(plan.arms)}
    new = [arm.strip() for arm in arms.split(",") if arm.strip() not in known]
    more = {
        "arms": ", ".join(filter(None, [plan.arms, *new])),
        "n_labels": ", ".join(filter(None, [plan.n_labels, n_labels])),
        "seeds": seeds or plan.seeds,
    }
    values = {**spec.settings, "study": {**spec.settings["study"], **more}}
    return cast(StudySettings, spec.model_copy(update={"settings": values}).typed_settings())
