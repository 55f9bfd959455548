"""From the sites that a file lists to all sites of the cell, by the operators of the space group."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import StructureError
from core.structures.elements import FULL
from core.structures.symmetry import Operators

SITE_LIMIT = 20_000
LARGEST_COORDINATE = 1e6  # cells; beyond this no fraction of a cell is left in the number
TOLERANCE = 0.03  # angstrom; images of a site nearer than this are one and the same
REACH = 0.4  # angstrom; images this near are the same when they cannot all be occupied

_CELL_STEPS = 2**16  # resolution at which images on a special position are recognised as equal


@dataclass(frozen=True)
class ListedSites:
    """The places of a file's list of atoms; one row for each.

    frac_coords: (num_rows, 3). occupancies: (num_rows,), of all atoms at the place.
    multiplicities: (num_rows,), sites in the cell as the file states them, 0 where it does not.
    """

    frac_coords: NDArray[np.float64]
    occupancies: NDArray[np.float64]
    multiplicities: NDArray[np.int64]


@dataclass(frozen=True)
class ExpandedSites:
    """All sites of the cell.

    frac_coords: (num_sites, 3) in [0, 1). rows: (num_sites,), the listed row each comes from, ascending.
    shifts: (num_rows,), how far a row was moved onto a special position, angstrom.
    doubtful: rows whose number of sites is not the multiplicity that the file states.
    """

    frac_coords: NDArray[np.float64]
    rows: NDArray[np.int64]
    shifts: NDArray[np.float64]
    doubtful: NDArray[np.int64]


def expand(lattice: NDArray[np.float64], sites: ListedSites, operators: Operators) -> ExpandedSites:
    """Apply all operators to all listed sites, each resulting place once.

    A site lies on a special position when operators map it onto itself. Coordinates are written with
    few digits, so this is judged with a tolerance, and the site is then moved to the mean of its images,
    exactly onto the position. Images count as one within 0.03 angstrom, and within 0.4 angstrom where
    the file states the lower multiplicity or the images could not all be occupied. Half-occupied
    images, such as a split site across a mirror, stay apart.
    Raises StructureError when more than 20,000 sites result.
    """
    coords, order = sites.frac_coords, len(operators)
    if len(coords) > SITE_LIMIT or len(coords) * order > 50 * SITE_LIMIT:
        raise _too_many()
    if order == 1:
        unlike = np.flatnonzero(sites.multiplicities > 1)
        return ExpandedSites(_wrapped(coords), np.arange(len(coords)), np.zeros(len(coords)), unlike)
    steps = _images(coords, operators) - coords[:, None]
    steps -= np.rint(steps)
    vectors = steps @ lattice
    distances = np.sqrt(np.vecdot(vectors, vectors))
    alike = distances < TOLERANCE
    means = _mean_steps(steps, alike)
    near_but_apart = (distances < REACH) & ~alike
    for row in near_but_apart.any(axis=1).nonzero()[0]:
        for chosen in _wider_choices(distances[row], sites, int(row)):
            step = _mean_steps(steps[row : row + 1], chosen[None])
            if _is_fixed(lattice, coords[row] + step, operators, chosen):
                means[row] = step
                break
    images = _wrapped(_images(coords + means, operators))
    kept = _first_of_equals(images)
    counts = kept.sum(axis=1)
    if counts.sum() > SITE_LIMIT:
        raise _too_many()
    shifts = means @ lattice
    unlike = (sites.multiplicities != counts) & (sites.multiplicities * counts != order)
    return ExpandedSites(
        frac_coords=images[kept],
        rows=np.repeat(np.arange(len(coords)), counts),
        shifts=np.sqrt(np.vecdot(shifts, shifts)),
        doubtful=np.flatnonzero(unlike & (sites.multiplicities > 0)),
    )


def _wrapped(frac_coords: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates from 0 to 1, the latter where 0 was missed by a last bit; in a tenth of the time of %."""
    return np.asarray(frac_coords - np.floor(frac_coords))


def _images(coords: NDArray[np.float64], operators: Operators) -> NDArray[np.float64]:
    """(num_rows, num_operators, 3)"""
    rotated = (coords @ operators.rotations.reshape(-1, 3).T).reshape(len(coords), len(operators), 3)
    return np.asarray(rotated + operators.translations)


def _mean_steps(steps: NDArray[np.float64], alike: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean displacement of the images that count as one, (num_rows, 3)."""
    sums = np.matmul(alike[:, None].astype(np.float64), steps)[:, 0]
    return np.asarray(sums / alike.sum(axis=1)[:, None])


def _wider_choices(distances: NDArray[np.float64], sites: ListedSites, row: int) -> list[NDArray[np.bool_]]:
    """Sets of operators that may map a row onto itself, although it is written further off, best first.

    Some programs write the order of the site symmetry under the name of the multiplicity.
    """
    order, multiplicity = len(distances), int(sites.multiplicities[row])
    found = int((distances < TOLERANCE).sum())
    if multiplicity * found == order:
        return []
    choices = []
    if multiplicity not in (0, found) and order % multiplicity == 0:
        nearest = np.sort(distances)[order // multiplicity - 1]
        choices.append(distances <= min(nearest, REACH))
    near = distances < REACH
    if sites.occupancies[row] * near.sum() > FULL * found:
        choices.append(near)
    return choices


def _is_fixed(
    lattice: NDArray[np.float64], place: NDArray[np.float64], operators: Operators, alike: NDArray[np.bool_]
) -> bool:
    """Whether exactly the chosen operators leave a place, (1, 3), where it is."""
    steps = _images(place, operators)[0] - place
    distances = np.linalg.norm((steps - np.round(steps)) @ lattice, axis=1)
    return bool(np.array_equal(distances < TOLERANCE, alike))


def _first_of_equals(images: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the first of equal images in each row, (num_rows, num_operators)."""
    # The offset keeps the common fractions (0, 1/4, 1/3 ...) off the edges between steps.
    steps = (images * _CELL_STEPS + 0.37).astype(np.int64) & (_CELL_STEPS - 1)
    places = np.arange(len(images))[:, None]
    for axis in range(3):
        places = places * _CELL_STEPS + steps[..., axis]
    places = places.ravel()
    order = places.argsort(kind="stable")
    ranked = places[order]
    kept = np.zeros(len(places), dtype=bool)
    kept[order[:1]] = True
    kept[order[1:][ranked[1:] != ranked[:-1]]] = True
    return kept.reshape(images.shape[:2])


def _too_many() -> StructureError:
    return StructureError(
        f"The cell would hold more than {SITE_LIMIT:,} sites.",
        "Such large cells are not supported; check the symmetry operators, or take a primitive cell.",
    )
