"""Embeddings of very many particles in short: two numbers to draw them by, and groups of similar ones."""

import numpy as np
from numpy.typing import NDArray


def principal_components(embeddings: NDArray[np.floating], count: int = 2) -> NDArray[np.float32]:
    """Project N embeddings, (N, F), on the directions in which they vary most, (N, count).

    Of each direction and its opposite, that with the larger third moment is taken, so that the picture is
    the same each time.
    """
    centred = embeddings - embeddings.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)  # in increasing order of their share
    found = centred @ directions[:, ::-1][:, :count]
    signs = np.where((found**3).sum(axis=0) < 0, -1.0, 1.0)
    components: NDArray[np.float32] = (found * signs).astype(np.float32)
    return components


def group_embeddings(embeddings: NDArray[np.floating], count: int, seed: int) -> NDArray[np.int64]:
    """Divide N embeddings into at most `count` groups of like ones by k-means; gives the group of each, (N,).

    Groups are numbered from 0 by their size, the largest first.
    """
    from sklearn.cluster import KMeans  # imported late: it takes a second

    count = min(count, len(np.unique(embeddings, axis=0)))
    found = KMeans(count, n_init=4, random_state=seed).fit_predict(embeddings)
    sizes = np.bincount(found, minlength=count)
    rank = np.empty(count, dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(count)
    groups: NDArray[np.int64] = rank[found]
    return groups
