"""Where else a network sees a crystal like this one, or an atom surrounded like this one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.jobs.results.arrays import Embeddings
from core.jobs.run_folder import RunFolder
from core.store.library.search import rows_of
from core.store.project import Project
from desktop_app.crystal.scene import site_names
from desktop_app.embeddings.of_run import embeddings_of, first_sites
from desktop_app.map.drift import typical_distance


@dataclass(frozen=True)
class AlikeRow:
    """A structure of the library, and the site of it that is alike; None where crystals are compared.

    distance: between embeddings, 1 being that of two drawn at random.
    """

    structure_id: int
    name: str
    formula: str
    site: int | None
    site_name: str
    distance: float


def alike(
    project: Project, run: RunFolder, structure_id: int, site: int | None, count: int = 50
) -> list[AlikeRow]:
    """Find the `count` structures nearest to one, or to one of its sites, by the embeddings of a run.

    Of each other structure the nearest site counts. Raises RunError when the run did not include this one.
    """
    found = embeddings_of(run)
    rows = np.flatnonzero(found.structure_ids == structure_id)
    if not len(rows):
        raise RunError(
            f"Run {run.name} did not include this structure, or could not use it.",
            "Choose another structure, or predict it with the model of the run.",
        )
    own = int(rows[0])
    if site is None:
        vectors, query, owner = found.crystal, found.crystal[own], np.arange(len(found.crystal))
    else:
        vectors, query = found.site, found.of_imported_sites(own)[site]
        owner = np.repeat(np.arange(len(found.crystal)), np.diff(found.site_offsets))
    distances = np.linalg.norm(vectors - query, axis=1)
    nearest = _nearest_of_each(distances, owner, own, count)
    distances = distances / (typical_distance(vectors) or 1.0)
    return _rows(project, found, nearest, distances, owner, None if site is None else first_sites(found))


def _nearest_of_each(
    distances: NDArray[np.floating], owner: NDArray[np.integer], own: int, count: int
) -> list[int]:
    """The nearest row of each structure but one's own, nearest first."""
    order = np.argsort(distances, kind="stable")
    _, first = np.unique(owner[order], return_index=True)
    nearest = order[np.sort(first)]
    return [int(row) for row in nearest if owner[row] != own][:count]


def _rows(
    project: Project,
    found: Embeddings,
    nearest: list[int],
    distances: NDArray[np.floating],
    owner: NDArray[np.integer],
    sites: NDArray[np.int64] | None,
) -> list[AlikeRow]:
    """Name what was found; what has been deleted since is left out."""
    ids = {row: int(found.structure_ids[owner[row]]) for row in nearest}
    kept = {row["id"] for row in project.query("select id from structures where not deleted")}
    known = {row.id: row for row in rows_of(project, [number for number in ids.values() if number in kept])}
    rows = []
    for row, structure_id in ids.items():
        if structure_id in known:
            site = None if sites is None else int(sites[row])
            name = "" if site is None else site_names(project.structure(structure_id))[site]
            stored = known[structure_id]
            distance = float(distances[row])
            rows.append(AlikeRow(structure_id, stored.name, stored.formula, site, name, distance))
    return rows
