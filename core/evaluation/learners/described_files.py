"""Structure files outside a project as the fixed features that a learner takes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import CoreError
from core.evaluation.features.composition import composition_features
from core.evaluation.features.embedding import embedding_features
from core.evaluation.features.structural import STRUCTURAL_FEATURES, structural_features
from core.inspection.from_files import EncodedFiles, encode_files, use_files
from core.jobs.study_arms import Block
from core.structures.structure import Structure
from core.training.model.model_file import Model

Floats = NDArray[np.float64]


def describe_files(
    blocks: Sequence[Block],
    network: Model | None,
    paths: Sequence[Path],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[EncodedFiles, Floats]:
    """Read every structure found, with its features (C, F) and what the network makes of it, if there is one.

    Raises StructureError when none can be used.
    """
    if network is None:
        read, _, rejected = use_files(paths, lambda read: None, on_progress)
        files = EncodedFiles(read, [], [], rejected)
    else:
        files = encode_files(network, paths, on_progress)
    structures = [one.structure for one in files.read]
    parts: dict[Block, Callable[[], Floats]] = {
        "embedding": lambda: embedding_features(files.graphs, files.encoded),
        "composition": lambda: composition_features([one.composition for one in structures]),
        "structure": lambda: np.array([_structural(one) for one in structures]),
    }
    return files, np.hstack([parts[block]() for block in blocks])


def _structural(structure: Structure) -> Floats:
    try:
        return structural_features(structure)
    except CoreError:
        return np.full(len(STRUCTURAL_FEATURES), np.nan)
