"""The embeddings of a run as a flat map, with what its points can be coloured by; worked out in a thread."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.jobs.results.arrays import Embeddings
from core.jobs.run_folder import RunFolder
from core.species import main_element
from core.store.library.search import columns_of, values_of
from core.store.project import Project
from core.store.rows import PropertyRow
from core.store.runs.ingest import predictions
from desktop_app.embeddings.of_run import embeddings_of, first_sites
from desktop_app.plots.colourings import Colouring, in_categories

_SYMBOL = re.compile(r"[A-Z][a-z]?")
_FORMULAS_KEPT = 100_000  # whose last element is known when the library is read again: 14 MB at most


class PointKind(StrEnum):
    """What a point stands for."""

    CRYSTALS = "crystals"
    SITES = "sites"


class Facts(NamedTuple):
    """What the library tells of structures (N,); None, and NaN among numbers, for one that is not in it."""

    names: list[str | None]
    formulas: list[str | None]
    densities: NDArray[np.float64]
    nums_sites: NDArray[np.float64]


@dataclass(frozen=True)
class EmbeddingMap:
    """Points (N,): their structures, and for a map of sites the imported site each stands for.

    places: (N, 2), the first two principal components; shares: (2,) of the variance along each;
    titles: what the structures of the library are called, by their number; rows_of_sites: which of the
    points of a structure each of its imported sites belongs to, empty for a map of crystals.
    """

    structure_ids: NDArray[np.int64]
    sites: NDArray[np.int64] | None
    places: NDArray[np.float64]
    shares: NDArray[np.float64]
    colourings: tuple[Colouring, ...]
    titles: dict[int, str]
    rows_of_sites: dict[int, NDArray[np.int32]]

    def points_of(self, structure_id: int | None) -> NDArray[np.intp]:
        """Numbers of the points of a structure."""
        return np.flatnonzero(self.structure_ids == structure_id)

    def point_of(self, structure_id: int | None, site: int | None) -> int | None:
        """The point of a structure, or on a map of sites that of one of its sites."""
        points = self.points_of(structure_id)
        if not len(points) or (self.sites is not None and site is None):
            return None
        rows = self.rows_of_sites.get(structure_id or 0)
        return int(points[0 if rows is None or site is None else rows[site]])

    def has_points_of(self, other: "EmbeddingMap") -> bool:
        """Whether both maps have the same points at the same places."""
        is_same_kind = (self.sites is None) == (other.sites is None)
        pairs = ((self.structure_ids, other.structure_ids), (self.places, other.places))
        return is_same_kind and all(np.array_equal(*pair) for pair in pairs)


def read_map(project: Project, run: RunFolder, kind: PointKind) -> EmbeddingMap:
    """Read the embeddings of a run and flatten them; raises RunError when it left none."""
    found = embeddings_of(run)
    numbers = found.structure_ids.tolist()
    facts = _facts_of(project, numbers)
    colourings = [
        *_measured(project, found.structure_ids),
        *_colourings_of(facts),
        *_predicted(project, run, found.structure_ids),
    ]
    sites = None
    counts = np.ones(len(numbers), dtype=np.int64)
    if kind is PointKind.SITES:
        sites, counts = first_sites(found), np.diff(found.site_offsets)
        colourings = [colouring.repeated(counts) for colouring in colourings]
        colourings.insert(0, _elements(project, found, facts, sites))
    places, shares = principal_plane(found.crystal if sites is None else found.site)
    return EmbeddingMap(
        structure_ids=np.repeat(found.structure_ids, counts),
        sites=sites,
        places=places,
        shares=shares,
        colourings=tuple(colourings),
        rows_of_sites={} if sites is None else _rows_of_sites(found),
        titles={
            number: f"{name}, {formula}"
            for number, name, formula in zip(numbers, facts.names, facts.formulas, strict=True)
            if name is not None
        },
    )


def principal_plane(vectors: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project vectors (N, D) on their first two principal components: places (N, 2), variance shares (2,).

    The components are the eigenvectors of the covariance with the largest eigenvalues (K. Pearson, Phil. Mag.
    2, 559, 1901); the largest weight of each is positive, so that the same vectors give the same map.
    """
    centred = np.asarray(vectors, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    variances, components = np.linalg.eigh(centred.T @ centred)
    first = components[:, ::-1][:, :2]
    first = first * np.sign(first[np.abs(first).argmax(axis=0), np.arange(first.shape[1])])
    places, shares = np.zeros((len(centred), 2)), np.zeros(2)
    places[:, : first.shape[1]] = centred @ first
    total = float(variances.sum())
    if total > 0:
        shares[: first.shape[1]] = variances[::-1][:2].clip(0) / total
    return places, shares


def _rows_of_sites(found: Embeddings) -> dict[int, NDArray[np.int32]]:
    rows = np.split(found.site_map, found.map_offsets[1:-1])
    return dict(zip(found.structure_ids.tolist(), rows, strict=True))


def _measured(project: Project, structure_ids: NDArray[np.int64]) -> Iterator[Colouring]:
    for spec in project.properties():
        colouring = _in_scale(spec.name, spec, structure_ids, values_of(project, spec.name))
        if np.isfinite(colouring.values).any():
            yield colouring


def _predicted(project: Project, run: RunFolder, structure_ids: NDArray[np.int64]) -> Iterator[Colouring]:
    """Predictions, their errors, and the split, where the run has some."""
    rows = predictions(project, run.name)
    specs = {spec.name: spec for spec in project.properties()}
    for name in dict.fromkeys(row.property for row in rows):
        spec = specs.get(name, PropertyRow(name, "", "none", 0))
        of_it = {row.structure_id: row for row in rows if row.property == name}
        predicted = {n: row.predicted for n, row in of_it.items() if n is not None}
        measured = {n: row.measured for n, row in of_it.items() if n is not None and row.measured is not None}
        guess = _in_scale(f"Predicted {name}", spec, structure_ids, predicted)
        truth = _in_scale(name, spec, structure_ids, measured)
        yield guess
        if np.isfinite(truth.values).any():
            yield Colouring(f"Error of {name}", np.abs(guess.values - truth.values), guess.unit)
    splits = {row.structure_id: row.split for row in rows}
    if splits:
        yield in_categories("Split", [splits.get(number) for number in structure_ids.tolist()])


def _in_scale(
    title: str, spec: PropertyRow, structure_ids: NDArray[np.int64], values: dict[int, float]
) -> Colouring:
    """Values by structure number, in decades where the property is learned as its logarithm."""
    of_points = map(values.get, structure_ids.tolist(), repeat(np.nan))
    column = np.fromiter(of_points, dtype=np.float64, count=len(structure_ids))
    if spec.transform != "log10":
        return Colouring(title, column, spec.unit)
    logs = np.full(len(column), np.nan)
    np.log10(column, out=logs, where=column > 0)
    return Colouring(title, logs, f"log10 of {spec.unit}" if spec.unit else "log10")


def _facts_of(project: Project, numbers: Sequence[int]) -> Facts:
    """Look structures up by their numbers, without a loop of Python: the window would wait for it."""
    rows = columns_of(project, numbers, ("name", "formula", "density", "num_sites"))
    known = [*map(rows.get, numbers, repeat((None,) * 4))]
    names, formulas, densities, nums_sites = ([*map(itemgetter(column), known)] for column in range(4))
    return Facts(names, formulas, np.array(densities, np.float64), np.array(nums_sites, np.float64))


def _colourings_of(facts: Facts) -> Iterator[Colouring]:
    """What is known of every structure of the library."""
    yield in_categories("Most electronegative element", [*map(_last_element, facts.formulas)])
    if len(set(facts.formulas)) < len(facts.formulas):
        yield in_categories("Formula", facts.formulas)
    yield Colouring("Density", facts.densities, "g/cm³")
    yield Colouring("Sites", facts.nums_sites)


@lru_cache(maxsize=_FORMULAS_KEPT)
def _last_element(formula: str | None) -> str | None:
    """Formulas name the least electronegative element first."""
    symbols = _SYMBOL.findall(formula or "")
    return symbols[-1] if symbols else None


def _elements(project: Project, found: Embeddings, facts: Facts, sites: NDArray[np.int64]) -> Colouring:
    """The main element of each site."""
    names: list[str | None] = []
    numbers = found.structure_ids.tolist()
    for number, name in enumerate(facts.names):
        own = sites[found.site_offsets[number] : found.site_offsets[number + 1]].tolist()
        species = () if name is None else project.structure(numbers[number]).species
        names += [main_element(species[site]) if species else None for site in own]
    return in_categories("Element", names)
