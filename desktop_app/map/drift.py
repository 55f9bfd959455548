"""How far embeddings of the same structures have moved from one run to another."""

import numpy as np
from numpy.typing import NDArray


def typical_distance(vectors: NDArray[np.floating]) -> float:
    """Root mean square distance between two of the vectors (N, D): sqrt(2) times that from their mean."""
    return float(np.sqrt(2 * np.asarray(vectors, dtype=np.float64).var(axis=0).sum()))


def drift(before: NDArray[np.floating], after: NDArray[np.floating]) -> NDArray[np.float64]:
    """Distance (N,) of each vector in `after` (N, D) from where it was in `before` (N, D').

    A network may turn, move or scale all of its embeddings without telling crystals apart differently, so
    both sets are centred, scaled to a typical distance of 1, and `before` is turned onto `after` as well as
    it goes (P. Schoenemann, Psychometrika 31, 1, 1966). A drift of 1 is as far as two crystals are apart.
    """
    width = max(before.shape[1], after.shape[1])
    old, new = (_standard(one, width) for one in (before, after))
    left, _, right = np.linalg.svd(old.T @ new)
    return np.asarray(np.linalg.norm(new - old @ left @ right, axis=1))


def _standard(vectors: NDArray[np.floating], width: int) -> NDArray[np.float64]:
    """Centre and scale vectors, and widen them with zeros."""
    wide = np.zeros((len(vectors), width))
    wide[:, : vectors.shape[1]] = vectors - np.asarray(vectors, dtype=np.float64).mean(axis=0)
    return wide / (typical_distance(vectors) or 1.0)
