"""Colourings of a map that take their time: worked out in a thread, once somebody chooses them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.jobs.results.arrays import Embeddings
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from desktop_app.crystal.coordination import coordination_numbers
from desktop_app.embeddings.clusters import CLUSTER, in_clusters
from desktop_app.embeddings.of_run import embeddings_of, first_sites
from desktop_app.map.drift import drift
from desktop_app.map.embedding_map import PointKind
from desktop_app.plots.colourings import Colouring, in_categories
from desktop_app.runs.run_poller import RunView

COORDINATION, DRIFT = "Coordination", "Drift since "
_MOST_RUNS = 5


def later_colourings(kind: PointKind, run: RunView, others: Iterable[RunView]) -> list[str]:
    """Names of what can be worked out for a map; of drifts that since the run it started from comes first."""
    start = run.spec.start_from if run.spec is not None else None
    names = sorted((one.name for one in others if one.name != run.name), reverse=True)
    names.sort(key=lambda name: start is None or name != start.name)
    of_sites = [COORDINATION] if kind is PointKind.SITES else []
    return [*of_sites, CLUSTER, *(DRIFT + name for name in names[:_MOST_RUNS])]


def work_out(project: Project, run: RunFolder, kind: PointKind, name: str) -> Colouring:
    """Work out one of `later_colourings`; raises RunError when a run has no embeddings."""
    found = embeddings_of(run)
    if name == COORDINATION:
        return _coordination(project, found)
    if name == CLUSTER:
        return in_clusters(found.crystal if kind is PointKind.CRYSTALS else found.site)
    before = embeddings_of(RunFolder(run.path.parent / name.removeprefix(DRIFT)))
    return Colouring(name, _drift(before, found, kind), "of a typical distance")


def _coordination(project: Project, found: Embeddings) -> Colouring:
    """Bonded neighbours of the first imported site that each point stands for."""
    sites, names = first_sites(found), list[str | None]()
    known = {row["id"] for row in project.query("select id from structures where not deleted")}
    for number, structure_id in enumerate(found.structure_ids.tolist()):
        own = sites[found.site_offsets[number] : found.site_offsets[number + 1]]
        if structure_id in known:
            counts = coordination_numbers(project.structure(structure_id))
            names += [str(count) for count in counts[own].tolist()]
        else:
            names += [None] * len(own)
    return in_categories(COORDINATION, names)


def _drift(before: Embeddings, found: Embeddings, kind: PointKind) -> NDArray[np.float64]:
    """Drift of each point, NaN for structures that the run before did not include."""
    old, new = (_by_structure(one, kind) for one in (before, found))
    both = [number for number in new if number in old and len(old[number]) == len(new[number])]
    if len(both) < 2:
        raise RunError("The two runs have hardly a structure in common.", "Compare with another run.")
    moved = drift(*(np.concatenate([one[number] for number in both]) for one in (old, new)))
    parts = dict(zip(both, np.split(moved, np.cumsum([len(new[n]) for n in both])[:-1]), strict=True))
    nothing = np.float64("nan")
    of_points = [parts.get(number, np.full(len(new[number]), nothing)) for number in new]
    if kind is PointKind.CRYSTALS:
        return np.concatenate(of_points)
    sites, counts = first_sites(found), np.diff(found.site_offsets)
    starts = np.cumsum([0, *(len(part) for part in of_points)])[:-1]
    return np.asarray(np.concatenate(of_points)[np.repeat(starts, counts) + sites])


def _by_structure(found: Embeddings, kind: PointKind) -> dict[int, NDArray[np.float32]]:
    """Embeddings of each structure: of the crystal (1, D), or of its imported sites (num_sites, d)."""
    ids = enumerate(found.structure_ids.tolist())
    if kind is PointKind.CRYSTALS:
        return {number: found.crystal[row : row + 1] for row, number in ids}
    return {number: found.of_imported_sites(row) for row, number in ids}
