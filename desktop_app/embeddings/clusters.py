"""Which embeddings are alike: points gathered into as many clusters as can be told apart by colour."""

import numpy as np
from numpy.typing import NDArray

from desktop_app.look.colours import CATEGORIES
from desktop_app.plots.colourings import Colouring, in_categories

CLUSTER = "Cluster"
_MOST_CLUSTERS = len(CATEGORIES)
_LEARNED_FROM = 20_000  # points that the middles of clusters are found from


def in_clusters(vectors: NDArray[np.floating]) -> Colouring:
    """Divide points into clusters around their means (S. Lloyd, IEEE Trans. Inf. Theory 28, 129, 1982).

    vectors: (N, D). The largest cluster comes first, and all-alike points are one.
    """
    from scipy.cluster.vq import kmeans2, vq  # loaded in the thread that needs it, not at start

    points = np.asarray(vectors, dtype=np.float64)
    some = points[:: max(1, len(points) // _LEARNED_FROM)]
    count = min(_MOST_CLUSTERS, len(np.unique(some, axis=0)))
    middles, _ = kmeans2(some, count, minit="++", seed=0, iter=30)
    nearest, _ = vq(points, middles)
    sizes = np.bincount(nearest, minlength=count)
    rank = np.argsort(np.argsort(-sizes, kind="stable"))
    return in_categories(CLUSTER, [f"cluster {rank[place] + 1}" for place in nearest])
