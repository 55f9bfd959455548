"""Whether a study goes on with the labels, folds and structures that its finished cells were run on."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.errors import RunError
from core.evaluation.study.material import Material
from core.jobs.atomic import write_json
from core.jobs.study_arms import AGREEMENT_FILE, Arm, properties_of

MARK_OF_FOLDS_ALONE: Final = "folds.sha256"  # all that earlier versions left in the run folder


def check_agreement(
    folder: Path, material: Material, rows: Sequence[Mapping[str, Any]], arms: Sequence[Arm]
) -> None:
    """Compare with the marks that the first start left in `folder`, and leave them there.

    An arm that was added may bring more to mark. Raises RunError where anything that was marked has changed,
    and for a study of which an earlier version marked labels and folds alone.
    """
    path, marks = folder / AGREEMENT_FILE, marks_of(material, rows, arms)
    if path.exists():
        earlier = json.loads(path.read_text(encoding="utf-8"))
        changed = [what for what, mark in earlier.items() if marks.get(what) != mark]
        if changed:
            raise RunError(
                f"No longer those that the finished cells were run on: {', '.join(changed)}.",
                "Make a new study. An arm whose network cannot take all structures changes those of all.",
            )
    elif (folder / MARK_OF_FOLDS_ALONE).exists():
        raise RunError(
            "An earlier version began this study, and did not note all that its finished cells were run on.",
            "Make a new study. To go on with this one all the same, where structures and values are as they "
            f"were, delete '{MARK_OF_FOLDS_ALONE}' in its folder.",
        )
    write_json(path, marks)


def marks_of(material: Material, rows: Sequence[Mapping[str, Any]], arms: Sequence[Arm]) -> dict[str, str]:
    """SHA-256 of everything that cells learn from, by what it is called.

    rows: all structures, those included that arms are only pretrained on.
    """
    marks = {"labels and folds": _digest(_labels_and_folds(material))}
    if material.entries is not None:
        marks["entries without a structure"] = _digest(material.entries.rows)
    if any(arm.pretrains for arm in arms):
        marks["structures to pretrain on"] = _digest([row["id"], row["content_hash"]] for row in rows)
    for name in properties_of(arms):
        marks[f"values of '{name}'"] = _digest([row["id"], row["targets"].get(name)] for row in rows)
    return marks


def _labels_and_folds(material: Material) -> Iterable[object]:
    yield [[row["id"], row["content_hash"]] for row in material.rows]
    yield from (material.values.tolist(), material.bounds.tolist(), material.errors.tolist())
    yield np.unique(material.groups, return_inverse=True)[1].tolist()  # whatever groups entries add
    yield from ([fold.learn.tolist(), fold.test.tolist()] for fold in material.folds)


def _digest(parts: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps(part, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()
