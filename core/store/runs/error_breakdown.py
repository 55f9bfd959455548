"""Where predictions go wrong: errors of held-out structures, by element and by how new the structures are."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.jobs.results.arrays import read_arrays
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.rows import PredictionRow

HELD_OUT: Final = ("test", "validation")  # splits; the first that has measured values counts
NEIGHBOURS: Final = 5  # nearest structures that were learned from, whose mean distance counts


@dataclass(frozen=True)
class HeldOutError:
    """Predicted minus measured, on the learned scale.

    distance: mean distance to the nearest structures that were learned from, in the space of crystal
    embeddings, each direction in units of its standard deviation there; None where not known.
    """

    prediction: PredictionRow
    error: float
    distance: float | None = None


@dataclass(frozen=True)
class ElementError:
    """Errors of the held-out structures that have an element; `bias` is their mean, with its sign."""

    symbol: str
    count: int
    mean_absolute: float
    bias: float


@dataclass(frozen=True)
class Breakdown:
    """Errors of one split, the largest first, and those of each element, the worst first."""

    split: str = ""
    errors: tuple[HeldOutError, ...] = ()
    elements: tuple[ElementError, ...] = ()


def break_down(project: Project, run: RunFolder, rows: Sequence[PredictionRow], *, log: bool) -> Breakdown:
    """Look at the held-out predictions of one property; log: errors are in decades.

    Limits, of which the error is not known, do not count. Raises RunError for damaged embeddings.
    """
    known = [(row, error) for row in rows if (error := _error(row, log)) is not None]
    split = next((name for name in HELD_OUT if any(row.split == name for row, _ in known)), "")
    held_out = [(row, error) for row, error in known if row.split == split]
    learned = [row for row in rows if row.split == "train"]
    distances = _distances(run, learned, [row for row, _ in held_out])
    errors = [HeldOutError(row, error, distances.get(row.structure_id)) for row, error in held_out]
    errors.sort(key=lambda one: -abs(one.error))
    return Breakdown(split, tuple(errors), tuple(_by_element(project, errors)))


def _error(row: PredictionRow, log: bool) -> float | None:
    if row.measured is None or row.bound:
        return None
    if not log:
        return row.predicted - row.measured
    if row.predicted <= 0 or row.measured <= 0:
        return None
    return math.log10(row.predicted / row.measured)


def _by_element(project: Project, errors: Sequence[HeldOutError]) -> list[ElementError]:
    of_structure = {one.prediction.structure_id: one.error for one in errors}
    found: dict[str, list[float]] = {}
    for row in project.query("select structure_id, symbol from elements"):
        if row["structure_id"] in of_structure:
            found.setdefault(row["symbol"], []).append(of_structure[row["structure_id"]])
    lines = [
        ElementError(symbol, len(own), float(np.mean(np.abs(own))), float(np.mean(own)))
        for symbol, own in found.items()
    ]
    return sorted(lines, key=lambda line: (-line.mean_absolute, line.symbol))


def _distances(
    run: RunFolder, learned: Sequence[PredictionRow], asked: Sequence[PredictionRow]
) -> Mapping[int | None, float]:
    """Distance to what was learned from, by structure; empty where the run has no embeddings."""
    arrays = read_arrays(run.embeddings_file, ("structure_ids", "crystal"))
    if arrays is None or not learned or not asked:
        return {}
    places = {int(number): k for k, number in enumerate(arrays[0])}
    crystal = np.asarray(arrays[1], dtype=np.float64)
    known = [places[row.structure_id] for row in learned if row.structure_id in places]
    wanted = [row.structure_id for row in asked if row.structure_id in places]
    if not known or not wanted:
        return {}
    mean = mean_distances(crystal[known], crystal[[places[number] for number in wanted]])
    return dict(zip(wanted, mean.tolist(), strict=True))


def mean_distances(learned: NDArray[np.float64], asked: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean Euclidean distance of each of (n, D) to its nearest in (m, D), at most five, (n,).

    Each direction is measured in the standard deviation of those learned from, or as it is without any.
    """
    from scipy.spatial import KDTree  # imported late: the start of the window need not wait for it

    scale = learned.std(axis=0)
    scale[scale == 0] = 1.0
    count = min(NEIGHBOURS, len(learned))
    found, _ = KDTree(learned / scale).query(asked / scale, k=count)
    return np.asarray(found.reshape(len(asked), count).mean(axis=1))
