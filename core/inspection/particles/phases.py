"""What networks say of the frames of a trajectory: which resemble each other, and which known crystals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from core.errors import TooFewStructures


class NearestReference(NamedTuple):
    """For each of N particles the most similar of the references."""

    # (N,) | index of the reference
    reference: NDArray[np.int64]
    # (N,) | distance to it between embeddings
    distance: NDArray[np.float64]


def nearest_reference(embeddings: NDArray[np.floating], references: NDArray[np.floating]) -> NearestReference:
    """Find the nearest of R reference embeddings, (R, F), for each of N, (N, F).

    Directions in which the references do not differ say nothing and count nothing; the others are scaled to
    the variance 1 of the references. Raises TooFewStructures where there are no references.
    """
    if not len(references):
        raise TooFewStructures("There is nothing to compare with.", "Choose at least one structure type.")
    spread = references.std(axis=0)
    scale = np.where(spread > 0, spread, np.inf)
    distance, reference = cKDTree(references / scale).query(embeddings / scale)
    return NearestReference(reference.astype(np.int64), distance)


def frame_image(
    probabilities: NDArray[np.floating], frame: NDArray[np.int64], num_frames: int
) -> NDArray[np.float64]:
    """Average what a classifier of frames says over the particles of each frame, (num_frames, K).

    probabilities: (N, K), of the K frames that were learned; frame: (N,), the frame of each particle. Row t
    is what frame t looks like to the classifier: square blocks on the diagonal are phases. Rows of frames
    without particles are NaN.
    """
    totals = np.zeros((num_frames, probabilities.shape[1]))
    np.add.at(totals, frame, probabilities)
    counts = np.bincount(frame, minlength=num_frames).astype(np.float64)
    return totals / np.where(counts > 0, counts, np.nan)[:, None]
