"""A place where the smallest of networks are trained on the salts, ten of them being pool alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.config import ComputeSettings, StudySettings, build_settings
from core.evaluation.study.bench import Bench
from core.evaluation.study.feature_table import FeatureTable
from core.evaluation.study.folds import Fold
from core.evaluation.study.lesson import Lesson
from core.evaluation.study.pretraining import Pretraining
from core.evaluation.study.workplace import Workplace
from core.events import Event
from core.graphs.build import build_crystal_graph
from core.jobs.spec import PropertySpec
from core.structures.structure import Structure
from core.training.loop.device import choose_device
from core.training.model.model_card import Lineage
from tests.core.evaluation.study.study_rows import study_rows
from tests.core.salts import SIZE

OTHER = PropertySpec(name="other")
SMALL = {
    "compute.device": "cpu",
    "compute.threads": 1,
    "encoder.supercell_sites": 8,
    "encoder.hidden_width": 8,
    "encoder.site_width": 4,
    "encoder.crystal_width": 4,
    "deep_infomax.scorer_width": 8,
    "objective.head_width": 8,
    "pretraining.epochs": 2,
    "training.epochs": 2,
    "scratch_training.epochs": 2,
    "study.n_labels": "8, 16",
    "study.seeds": 2,
}
LABELLED = np.arange(22)
FOLD = Fold(0, np.arange(4, 22), np.arange(4))


def place(folder: Path, changes: dict[str, Any] | None = None, **others: Any) -> Workplace:
    """A workplace in `folder`; the other property is odd or even with the number of the salt."""
    settings = build_settings("study", changes={**SMALL, **(changes or {})})
    assert isinstance(settings, StudySettings)
    rows = study_rows()
    for row in rows:
        row["targets"]["other"] = {"value": float(row["id"] % 2), "bound": ""}
    graphs = [build_crystal_graph(Structure.from_dict(row["structure"]), settings.encoder) for row in rows]
    given: dict[str, Any] = {
        "settings": settings,
        "properties": (SIZE, OTHER),
        "rows": rows,
        "labelled": LABELLED,
        "graphs_of": lambda _: graphs,
        "models": {},
        "device": choose_device(ComputeSettings(device="cpu", threads=1)),
        "folder": folder,
        "seed": 7,
        "emit": _ignore,
        "should_stop": lambda: False,
        "lineage": lambda: Lineage(run="0001-study", kind="study", seed=7, structures_sha256=""),
    }
    return Workplace(**{**given, **others})


def bench(work: Workplace) -> Bench:
    """All that arms work with, in a workplace."""
    labelled = [work.rows[k] for k in work.labelled]
    stored: Callable[[], Any] = lambda: iter(work.rows)  # noqa: E731
    features = FeatureTable(labelled, stored, work.folder / "features.npz", lambda done, total: None)
    return Bench(work, features, Pretraining(work))


def lesson(work: Workplace, train: Any = range(4, 14), seed: int = 0, fold: Fold = FOLD) -> Lesson:
    """The sizes of some salts."""
    indices = np.array(train)
    rows = [work.rows[k] for k in work.labelled[indices]]
    return Lesson(
        fold=fold,
        seed=seed,
        train=indices,
        values=np.array([row["targets"]["size"]["value"] for row in rows]),
        bounds=np.zeros(len(indices), dtype=np.int64),
        errors=np.full(len(indices), np.nan),
        groups=tuple(row["content_hash"] for row in rows),
        related=indices,
    )


def _ignore(event: Event) -> None:
    pass
