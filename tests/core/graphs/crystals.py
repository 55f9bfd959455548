"""A few simple crystals written by hand, and the same crystal described in another way."""

import json
import lzma
from itertools import islice, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.structures.structure import Structure


def cubic(a: float, sites: list[tuple[dict[str, float], tuple[float, float, float]]]) -> Structure:
    return Structure(
        a * np.eye(3), np.array([xyz for _, xyz in sites]), tuple(species for species, _ in sites)
    )


def hexagonal_lattice(a: float, c: float) -> NDArray[np.float64]:
    return np.array([[a, 0.0, 0.0], [-0.5 * a, 0.75**0.5 * a, 0.0], [0.0, 0.0, c]])


FACE_CENTRES = [(0.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.5, 0.0, 0.5), (0.5, 0.5, 0.0)]


def rock_salt() -> Structure:
    """Sodium chloride, conventional cell of 8 sites; 2 in the primitive cell."""
    sodium = [({"Na": 1.0}, xyz) for xyz in FACE_CENTRES]
    chlorine = [({"Cl": 1.0}, (x + 0.5, y + 0.5, z + 0.5)) for x, y, z in FACE_CENTRES]
    return cubic(5.64, sodium + chlorine)


def perovskite() -> Structure:
    """Strontium titanate, 5 sites."""
    oxygen = [({"O": 1.0}, xyz) for xyz in FACE_CENTRES[1:]]
    return cubic(3.905, [({"Sr": 1.0}, (0.5, 0.5, 0.5)), ({"Ti": 1.0}, (0.0, 0.0, 0.0)), *oxygen])


def hcp() -> Structure:
    """Magnesium, 2 sites."""
    coords = np.array([[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]])
    return Structure(hexagonal_lattice(3.209, 5.211), coords, ({"Mg": 1.0},) * 2)


def quartz() -> Structure:
    """Low quartz, P3_2 21 with 9 sites: fewer symmetries than its lattice, and no mirror."""
    u, x, y, z = 0.4697, 0.4135, 0.2669, 0.1191
    silicon = [(u, 0, 2 / 3), (0, u, 1 / 3), (-u, -u, 0)]
    oxygen = [(x, y, z + 2 / 3), (-y, x - y, z + 1 / 3), (y - x, -x, z)]
    oxygen += [(y, x, -z + 1 / 3), (x - y, -y, -z + 2 / 3), (-x, y - x, -z)]
    species = ({"Si": 1.0},) * 3 + ({"O": 1.0},) * 6
    return Structure(hexagonal_lattice(4.913, 5.405), np.array(silicon + oxygen), species)


def triclinic() -> Structure:
    """No real crystal: five sites without any symmetry in a skew cell."""
    lattice = np.array([[4.1, 0.0, 0.0], [-0.7, 5.3, 0.0], [0.9, -1.1, 6.2]])
    coords = np.array(
        [[0.02, 0.11, 0.08], [0.48, 0.55, 0.31], [0.81, 0.23, 0.62], [0.27, 0.79, 0.9], [0.6, 0.1, 0.2]]
    )
    return Structure(lattice, coords, ({"K": 1.0}, {"P": 1.0}, {"O": 1.0}, {"O": 1.0}, {"H": 1.0}))


def disordered() -> Structure:
    """A lithium conductor in caricature: a mixed site, a partly vacant one and two full ones."""
    mixed, vacant = {"Zr": 0.6, "Ta": 0.4}, {"Li": 0.55}
    return cubic(
        4.05,
        [
            (mixed, (0, 0, 0)),
            (vacant, (0.5, 0.5, 0.5)),
            ({"O": 1.0}, (0.5, 0.5, 0)),
            ({"O": 1.0}, (0.5, 0, 0.5)),
        ],
    )


def low_symmetry_in_cubic_cell() -> Structure:
    """No real crystal: sites without symmetry in a cubic cell, whose shape says nothing about them."""
    coords = np.array([[0.0, 0.0, 0.0], [0.31, 0.12, 0.55], [0.68, 0.47, 0.21]])
    return Structure(4.2 * np.eye(3), coords, ({"Ba": 1.0}, {"O": 1.0}, {"F": 1.0}))


def materials_project(shared_data: Path, count: int) -> list[Structure]:
    """The first ones of the Materials Project crystals in the shared data."""
    with lzma.open(shared_data / "mp_crystals" / "mp_crystals_dev.jsonl.xz", "rt") as lines:
        rows = list(map(json.loads, islice(lines, count)))
    return [
        Structure(
            np.array(row["lattice"]), np.array(row["frac_coords"]), tuple({x: 1.0} for x in row["species"])
        )
        for row in rows
    ]


CRYSTALS = {
    crystal.__name__: crystal()
    for crystal in (rock_salt, perovskite, hcp, quartz, triclinic, disordered, low_symmetry_in_cubic_cell)
}


def reordered(structure: Structure, rng: np.random.Generator) -> tuple[Structure, NDArray[np.intp]]:
    """The same sites in another order, and which old site each new one is."""
    order = rng.permutation(structure.num_sites)
    species = tuple(structure.species[site] for site in order)
    return Structure(structure.lattice, structure.frac_coords[order], species), order


def shifted(structure: Structure, rng: np.random.Generator) -> Structure:
    """The same crystal about another origin."""
    return Structure(structure.lattice, structure.frac_coords + rng.random(3), structure.species)


def rotated(structure: Structure, rng: np.random.Generator) -> Structure:
    """The same crystal in another orientation."""
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    return Structure(
        structure.lattice @ rotation * np.linalg.det(rotation), structure.frac_coords, structure.species
    )


def in_other_cell(structure: Structure, rng: np.random.Generator) -> Structure:
    """The same crystal in a skewed cell of the same volume."""
    change = np.eye(3)
    for _ in range(5):
        row, other = rng.choice(3, size=2, replace=False)
        change[row] += rng.choice([-1, 1]) * change[other]
    coords = structure.frac_coords @ np.linalg.inv(change)
    return Structure(change @ structure.lattice, coords, structure.species)


def supercell(structure: Structure, repeats: tuple[int, int, int]) -> Structure:
    """The same crystal in a cell repeated along a, b and c."""
    cells = np.array(list(product(*(range(count) for count in repeats))))
    coords = (structure.frac_coords[None] + cells[:, None]).reshape(-1, 3) / np.array(repeats)
    lattice = structure.lattice * np.array(repeats)[:, None]
    return Structure(lattice, coords, structure.species * len(cells))
