"""Random crystals with random disorder, in random space groups, written as CIF and read back equal.

The expected sites are worked out here in the plainest way: every operator on every atom, each place once.
"""

from dataclasses import dataclass

import gemmi
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.structures.cif.reader import read_cif
from core.structures.reading.result import ReadStructure

GROUPS = [group for group in gemmi.spacegroup_table_itb() if group.ext in ("\0", "1", "2", "H", "R", "")]
SPECIAL = (0.0, 0.125, 0.25, 1 / 3, 0.5, 2 / 3, 0.75)


@dataclass(frozen=True)
class RandomCrystal:
    """One crystal: listed places with what is on them, and all sites of its cell."""

    group: gemmi.SpaceGroup
    cell: gemmi.UnitCell
    listed: list[tuple[np.ndarray, dict[str, float]]]
    sites: list[tuple[np.ndarray, dict[str, float]]]

    @property
    def lattice(self) -> np.ndarray:
        return np.array(self.cell.orth.mat.tolist()).T


def fitting_cell(group: gemmi.SpaceGroup, rng: np.random.Generator) -> gemmi.UnitCell:
    """A random cell that all rotations of the group leave as it is: its metric is their average."""
    lattice = np.diag(rng.uniform(7.0, 12.0, 3)) + rng.uniform(-1.5, 1.5, (3, 3))
    metric = lattice @ lattice.T
    rotations = [np.array(operation.rot) / operation.DEN for operation in group.operations()]
    metric = np.mean([turn.T @ metric @ turn for turn in rotations], axis=0)
    lengths = np.sqrt(np.diag(metric))
    angles = np.degrees(np.arccos(metric[[1, 0, 0], [2, 2, 1]] / (lengths[[1, 0, 0]] * lengths[[2, 2, 1]])))
    return gemmi.UnitCell(*np.round(lengths, 6), *np.round(angles, 6))


def orbit(group: gemmi.SpaceGroup, place: np.ndarray) -> list[np.ndarray]:
    found: list[np.ndarray] = []
    for operation in group.operations():
        image = np.array(operation.apply_to_xyz(place.tolist()))
        if all(np.abs(image - other - np.round(image - other)).max() > 1e-6 for other in found):
            found.append(image)
    return found


def shortest_distance(lattice: np.ndarray, places: np.ndarray) -> float:
    steps = places[:, None] - places[None]
    distances = np.linalg.norm((steps - np.round(steps)) @ lattice, axis=2)
    return float(distances[~np.eye(len(places), dtype=bool)].min(initial=10.0))


def random_species(rng: np.random.Generator) -> dict[str, float]:
    elements = rng.choice(
        ["Li", "Na", "Ca", "Al", "Si", "Fe", "O", "S"], size=rng.integers(1, 4), replace=False
    )
    if rng.random() < 0.5:
        return {str(elements[0]): 1.0}
    parts = np.round(rng.dirichlet(np.ones(len(elements) + 1)) * 0.98 + 0.005, 4)
    return {str(element): float(part) for element, part in zip(elements, parts[:-1], strict=True)}


def random_crystal(group: gemmi.SpaceGroup, rng: np.random.Generator) -> RandomCrystal:
    """Up to four listed places; those that would bring sites nearer than 1.05 angstrom are left out."""
    cell = fitting_cell(group, rng)
    crystal = RandomCrystal(group, cell, [], [])
    while not crystal.listed:
        for _ in range(4):
            place = np.where(rng.random(3) < 0.5, rng.choice(SPECIAL, 3), np.round(rng.random(3), 5))
            images = orbit(group, place)
            everything = np.array([*(site for site, _ in crystal.sites), *images])
            if shortest_distance(crystal.lattice, everything) > 1.05:
                species = random_species(rng)
                crystal.listed.append((place, species))
                crystal.sites.extend((image, species) for image in images)
    return crystal


def as_cif(crystal: RandomCrystal, symmetry: str, rng: np.random.Generator) -> bytes:
    cell = crystal.cell
    parameters = (cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma)
    items = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")
    lines = ["data_random"]
    lines += [f"_cell_{item} {value:.6f}(3)" for item, value in zip(items, parameters, strict=True)]
    if symmetry == "operators":
        lines += ["loop_", "_symmetry_equiv_pos_as_xyz"]
        lines += [f"'{operation.triplet()}'" for operation in crystal.group.operations()]
    elif symmetry == "hall":
        lines.append(f"_symmetry_space_group_name_Hall '{crystal.group.hall}'")
    else:
        lines.append(f"_symmetry_space_group_name_H-M '{crystal.group.xhm()}'")
    lines += [
        "loop_",
        *(f"_atom_site_{item}" for item in ("label", "fract_x", "fract_y", "fract_z", "occupancy")),
    ]
    for number, (place, species) in enumerate(crystal.listed, start=1):
        x, y, z = (f"{value + rng.integers(-1, 2):.7f}(2)" for value in place)
        lines += [f"{element}{number} {x} {y} {z} {part:.4f}" for element, part in species.items()]
    return "\n".join(lines).encode()


def assert_equal(read: ReadStructure, crystal: RandomCrystal) -> None:
    structure = read.structure
    assert structure.num_sites == len(crystal.sites)
    assert structure.lattice == pytest.approx(crystal.lattice, abs=1e-5)
    expected = np.array([place for place, _ in crystal.sites])
    steps = structure.frac_coords[:, None] - expected[None]
    distances = np.linalg.norm((steps - np.round(steps)) @ crystal.lattice, axis=2)
    nearest = distances.argmin(axis=1)
    assert sorted(nearest) == list(range(len(crystal.sites)))
    assert distances.min(axis=1) == pytest.approx(0.0, abs=1e-4)
    for site, k in zip(structure.species, nearest, strict=True):
        assert dict(site) == pytest.approx(crystal.sites[k][1])


@settings(max_examples=150)
@given(
    group=st.sampled_from(GROUPS),
    seed=st.integers(0, 2**32 - 1),
    symmetry=st.sampled_from(["operators", "hall", "name"]),
)
def test_a_random_crystal_reads_back_equal(group: gemmi.SpaceGroup, seed: int, symmetry: str):
    rng = np.random.default_rng(seed)
    crystal = random_crystal(group, rng)
    (read,), rejected = read_cif(as_cif(crystal, symmetry, rng), "random.cif", "random")
    assert rejected == []
    assert_equal(read, crystal)
    assert {flag.code for flag in read.flags} <= {"assumed_space_group", "bad_density"}
