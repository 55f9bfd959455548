"""Whether a study goes on with the labels and the folds that its finished cells were run on."""

import hashlib
from pathlib import Path
from typing import Final

import numpy as np

from core.errors import RunError
from core.evaluation.study.material import Material
from core.jobs.atomic import write_atomically

FOLDS_FILE: Final = "folds.sha256"  # in the run folder


def check_agreement(folder: Path, material: Material) -> None:
    """Raise RunError where labels or folds are others than at the first start, which leaves its mark."""
    path, mark = folder / FOLDS_FILE, folds_mark(material)
    if not path.exists():
        write_atomically(path, lambda partial: partial.write_text(f"{mark}\n", encoding="utf-8"))
    elif path.read_text(encoding="utf-8").strip() != mark:
        raise RunError(
            "Labels, structures or folds are no longer those that the finished cells were run on.",
            "Make a new study; an arm whose network cannot take all structures changes those of all arms.",
        )


def folds_mark(material: Material) -> str:
    """SHA-256 of structures, values, bounds and folds."""
    digest = hashlib.sha256()
    numbers = np.array([row["id"] for row in material.rows], dtype=np.int64)
    tests = [part for fold in material.folds for part in (fold.learn, fold.test)]
    for array in (numbers, material.values, material.bounds, *tests):
        digest.update(np.int64(len(array)).tobytes())
        digest.update(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()
