"""All that a study needs before its first cell, and what makes it impossible said before any work is done."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config import StudySettings
from core.encoders import create_encoder
from core.evaluation.study.agreement import check_agreement
from core.evaluation.study.bench import Bench
from core.evaluation.study.feature_table import FeatureTable
from core.evaluation.study.finetuning import transfer_of
from core.evaluation.study.material import Material, is_labelled, read_material
from core.evaluation.study.pretraining import Pretraining
from core.evaluation.study.unseen import check_unseen, leave_out_seen, remark_on_seen
from core.evaluation.study.workplace import Workplace
from core.graphs.element_vectors import NUM_ELEMENTS
from core.jobs.study_arms import ENTRIES_FILE, Arm, model_file, models_of
from core.training.model.model_file import load_model
from core.training.model.seen import Seen
from core.training.preparation import Skipped
from core.training.transfer import plan_transfer
from core.worker.context import JobContext
from core.worker.studies.structures import StudyStructures, read_structures


@dataclass(frozen=True)
class StudySetup:
    """Labels and folds, what arms work with, structures that were left out, and what the report must say."""

    material: Material
    bench: Bench
    skipped: list[Skipped]
    remark: str


def set_up(context: JobContext, arms: tuple[Arm, ...]) -> StudySetup:
    """Read structures and labels, make the folds, and check that every arm may be tested on them.

    Raises SettingError for more layers to keep fixed than the network has, ModelError for a model that has
    seen what it would be tested on, and as `check_agreement`, `read_structures` and `read_material` do.
    """
    _check_transfer(context, arms)
    structures = read_structures(context, arms)
    settings: StudySettings = context.settings
    prop, how = context.spec.properties[0], settings.study.seen
    all_labelled = np.flatnonzero([is_labelled(row, prop) for row in structures.rows])
    seen, labelled = _seen(context, arms), all_labelled
    if how == "leave_out":
        labelled = labelled[leave_out_seen(seen, [structures.rows[k] for k in labelled])]
    remark = remark_on_seen(seen, how, len(all_labelled) - len(labelled))
    rows = [structures.rows[k] for k in labelled]
    entries = _read_entries(context)
    material = read_material(rows, prop, settings.study, context.spec.seed, entries)
    check_agreement(context.run.path, material, structures.rows, arms)
    if how == "refuse":
        tested = sorted({int(k) for fold in material.folds for k in fold.test})
        check_unseen(seen, [rows[k] for k in tested], rows, prop.name)
    return StudySetup(
        material, _bench(context, arms, structures, labelled, entries), structures.skipped, remark
    )


def _check_transfer(context: JobContext, arms: tuple[Arm, ...]) -> None:
    models = {path: model_file(k) for k, path in enumerate(models_of(arms))}
    for arm in arms:
        if arm.source is None or not arm.transfers:
            continue
        if arm.source.kind == "model":
            encoder = load_model(context.run.path / models[arm.source.path]).encoder
        else:
            encoder = create_encoder(context.spec.encoder, context.settings.encoder, NUM_ELEMENTS)
        plan_transfer(encoder, transfer_of(context.settings.transfer, arm.fixed), has_start=True)


def _read_entries(context: JobContext) -> list[dict[str, Any]]:
    """Labelled entries without a structure; none where the study does not want them."""
    path = context.run.path / ENTRIES_FILE
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _seen(context: JobContext, arms: tuple[Arm, ...]) -> dict[str, Seen | None]:
    return {path: load_model(context.run.path / model_file(k)).seen for k, path in enumerate(models_of(arms))}


def _bench(
    context: JobContext,
    arms: tuple[Arm, ...],
    structures: StudyStructures,
    labelled: NDArray[np.int64],
    entries: list[dict[str, Any]],
) -> Bench:
    run = context.run
    place = Workplace(
        settings=context.settings,
        properties=context.spec.properties,
        rows=structures.rows,
        labelled=labelled,
        graphs_of=structures.graphs_of,
        models={path: run.path / model_file(k) for k, path in enumerate(models_of(arms))},
        device=context.device,
        folder=run.path,
        seed=context.spec.seed,
        emit=context.emit,
        should_stop=run.stop_file.exists,
        lineage=context.lineage,
    )
    rows, on_progress = [structures.rows[k] for k in labelled], context.progress("describing structures")
    features = FeatureTable(rows, run.structures, run.path / "features.npz", on_progress, entries)
    return Bench(place, features, Pretraining(place))
