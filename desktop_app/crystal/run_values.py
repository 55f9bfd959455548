"""What a run has learned of the sites of a crystal, as values that can be shown on its atoms."""

import numpy as np

from core.errors import RunError
from core.jobs.results.arrays import Embeddings
from core.jobs.run_folder import RunFolder
from desktop_app.crystal.site_values import SiteValues
from desktop_app.embeddings.clusters import CLUSTER, in_clusters
from desktop_app.embeddings.of_run import embeddings_of


def component_values(run: RunFolder, structure_id: int, component: int) -> SiteValues:
    """One component of the site embeddings of a structure, counted from 1 (the last where there are fewer).

    Raises RunError when the run has no embeddings of the structure.
    """
    found = embeddings_of(run)
    vectors = found.of_imported_sites(_row(found, run, structure_id))
    width = vectors.shape[1]
    component = min(component, width)
    return SiteValues(
        title=f"Embedding component {component} of {width}",
        unit="arbitrary units",
        values=vectors[:, component - 1].astype(np.float64),
        explanation=f"What run {run.name} knows of each site; one component by itself has no meaning.",
    )


def cluster_values(run: RunFolder, structure_id: int) -> SiteValues:
    """The cluster of each site of a structure, the same as on the map of all sites of the run.

    Raises RunError when the run has no embeddings of the structure.
    """
    found = embeddings_of(run)
    row = _row(found, run, structure_id)
    clusters = in_clusters(found.site)
    own = found.site_map[found.map_offsets[row] : found.map_offsets[row + 1]]
    return SiteValues(
        title=CLUSTER,
        unit="",
        values=clusters.values[found.site_offsets[row] + own],
        explanation=f"Sites of one colour have like embeddings among all sites of run {run.name}.",
        categories=clusters.categories,
    )


def _row(found: Embeddings, run: RunFolder, structure_id: int) -> int:
    rows = np.flatnonzero(found.structure_ids == structure_id)
    if not len(rows):
        raise RunError(
            f"Run {run.name} has no embeddings of this structure.",
            "Choose a run that learned from it or predicted it.",
        )
    return int(rows[0])
