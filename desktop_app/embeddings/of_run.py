"""The embeddings that a run has left, and which imported sites their rows stand for."""

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.jobs.results.arrays import Embeddings, read_embeddings
from core.jobs.run_folder import RunFolder


def embeddings_of(run: RunFolder) -> Embeddings:
    """Read the embeddings of a run; raises RunError when it left none."""
    found = read_embeddings(run.embeddings_file)
    if found is None:
        raise RunError(f"Run {run.name} has no embeddings.", "Wait until the run is completed.")
    return found


def first_sites(found: Embeddings) -> NDArray[np.int64]:
    """For each row of site embeddings the first imported site that it stands for."""
    sites = np.zeros(len(found.site), dtype=np.int64)
    for number, start in enumerate(found.site_offsets[:-1]):
        own = found.site_map[found.map_offsets[number] : found.map_offsets[number + 1]]
        rows, first = np.unique(own, return_index=True)
        sites[start + rows] = first
    return sites
