"""How the points of a map are laid out: by principal components at once, or by t-SNE in the background."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.jobs.run_folder import RunFolder
from core.store.tsne import tsne
from desktop_app.embeddings.of_run import embeddings_of
from desktop_app.map.embedding_map import EmbeddingMap, PointKind
from desktop_app.tasks import TaskControl


class Layout(StrEnum):
    """The ways to flatten embeddings."""

    PCA = "PCA"
    TSNE = "t-SNE"


def flattening(run: RunFolder, kind: PointKind) -> Callable[[TaskControl], NDArray[np.float64] | None]:
    """Make work for a task: places (N, 2) of the points of a run by t-SNE, None when it is stopped."""

    def work(control: TaskControl) -> NDArray[np.float64] | None:
        found = embeddings_of(run)
        vectors = found.crystal if kind is PointKind.CRYSTALS else found.site
        return tsne(vectors, control.progress, control.cancelled)

    return work


def axis_names(found: EmbeddingMap, layout: Layout) -> tuple[str, str]:
    """What the axes are; those of t-SNE mean nothing but near and far."""
    if layout is Layout.TSNE:
        return "t-SNE 1 (no unit)", "t-SNE 2 (no unit)"
    across, up = (f"component {n + 1} ({share:.0%} of variance)" for n, share in enumerate(found.shares))
    return across, up
