"""What is written as CIF reads back as the same crystal, by gemmi and by pymatgen."""

import numpy as np
import pytest
from gemmi import cif
from hypothesis import given
from hypothesis import strategies as st

from core.structures.cif.pymatgen_reader import read_with_pymatgen
from core.structures.cif.reader import read_cif
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure

SHARED = Structure(
    lattice=np.array([[4.0, 0.1, 0.2], [1.0, 5.0, 0.3], [0.5, 0.7, 6.0]]),
    frac_coords=np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.999999, 0.0, 1 / 3]]),
    species=({"Al": 0.5, "Si": 0.25}, {"O": 1.0}, {"Li": 0.123456789}),
)


def random_structure(seed: int) -> Structure:
    rng = np.random.default_rng(seed)
    lattice = np.diag(rng.uniform(6.0, 12.0, 3)) + rng.uniform(-2.0, 2.0, (3, 3))
    if rng.random() < 0.5:
        lattice = lattice[[1, 0, 2]]
    corners = np.array(np.meshgrid(*[[0.0, 0.5]] * 3)).reshape(3, -1).T
    coords = corners[rng.permutation(8)[: rng.integers(1, 9)]] + rng.uniform(-0.1, 0.1, 3)
    species = []
    for _ in coords:
        elements = rng.choice(["Li", "Na", "Al", "Si", "O", "F", "H"], size=rng.integers(1, 4), replace=False)
        parts = rng.dirichlet(np.ones(len(elements) + 1))
        species.append(
            {str(e): float(part) for e, part in zip(elements, parts[:-1], strict=True) if part > 1e-4}
        )
    kept = [k for k, site in enumerate(species) if site]
    return Structure(lattice, coords[kept], tuple(species[k] for k in kept)) if kept else SHARED


def distances(structure: Structure) -> np.ndarray:
    """Between all pairs of sites and their images in neighbouring cells, in angstrom."""
    images = np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).reshape(3, -1).T
    steps = structure.frac_coords[:, None, None] - structure.frac_coords[None, :, None] + images
    return np.sort(
        np.linalg.norm(steps @ structure.lattice, axis=3).reshape(structure.num_sites**2, -1), axis=1
    )


def assert_same(first: Structure, second: Structure) -> None:
    assert second.num_sites == first.num_sites
    for one, other in zip(first.species, second.species, strict=True):
        assert dict(other) == pytest.approx(dict(one), abs=1e-9)
    assert second.lattice @ second.lattice.T == pytest.approx(
        first.lattice @ first.lattice.T, rel=1e-8, abs=1e-7
    )
    # Among images of nearly equal distance which are the nearest 27 may differ, so the nearest are compared.
    assert distances(second)[:, :4] == pytest.approx(distances(first)[:, :4], abs=1e-6)


@given(seed=st.integers(0, 2**32 - 1))
def test_any_structure_reads_back_equal(seed: int):
    structure = random_structure(seed)
    (read,), rejected = read_cif(to_cif(structure, "x").encode(), "x.cif", "x")
    assert rejected == []
    assert_same(structure, read.structure)
    flags = {flag.code for flag in read.flags}
    assert flags <= {"bad_density"}


def test_pymatgen_reads_the_same_crystal():
    (structure,) = read_with_pymatgen(to_cif(SHARED, "x"))
    assert structure.composition == pytest.approx(SHARED.composition, rel=1e-6)
    assert structure.volume == pytest.approx(SHARED.volume, rel=1e-8)


def handedness(structure: Structure) -> float:
    """Volume spanned by the vectors from the first site to the next three, with its sign."""
    steps = structure.frac_coords[1:4] - structure.frac_coords[0]
    return float(np.linalg.det((steps - np.round(steps)) @ structure.lattice))


@pytest.mark.parametrize("rows", [[0, 1, 2], [1, 0, 2]])
def test_a_crystal_does_not_turn_into_its_mirror_image(rows: list[int]):
    lattice = (np.eye(3) * 10.0 + np.triu(np.ones((3, 3))))[rows]
    coords = np.array([[0.1, 0.1, 0.1], [0.3, 0.1, 0.1], [0.1, 0.35, 0.1], [0.12, 0.1, 0.4]])
    structure = Structure(lattice, coords, ({"C": 1.0}, {"H": 1.0}, {"F": 1.0}, {"Cl": 1.0}))
    (read,), _ = read_cif(to_cif(structure, "x").encode(), "x.cif", "x")
    assert handedness(read.structure) == pytest.approx(handedness(structure), rel=1e-6)


@pytest.mark.parametrize(
    "name",
    ["", "a b", "x\nloop_\n_evil 1", "<script>", "../../etc/passwd", "'; drop table", "ü→", "x" * 10_000],
)
def test_a_name_cannot_break_out_of_the_data_line(name: str):
    block = cif.read_string(to_cif(SHARED, name)).sole_block()
    assert set(block.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-")
    assert 1 <= len(block.name) <= 75
    assert not block.find_value("_evil")


def test_atoms_have_different_labels_made_of_element_and_site():
    block = cif.read_string(to_cif(SHARED, "x")).sole_block()
    assert list(block.find_values("_atom_site_label")) == ["Al1", "Si1", "O2", "Li3"]


def test_tiny_occupancies_are_written_without_exponent():
    structure = Structure(SHARED.lattice, np.zeros((1, 3)), ({"Li": 1e-5},))
    assert "_chemical_formula_sum 'Li0.00001'" in to_cif(structure, "x")
