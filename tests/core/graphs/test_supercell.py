import json

import numpy as np
import pytest

from core.graphs.primitive import niggli_lattice
from core.graphs.supercell import equivalent_scalings, scaling_matrix
from tests.core.graphs.crystals import hexagonal_lattice


@pytest.mark.parametrize("file", ["supercells_dev.jsonl", "supercells_dev_nonprimitive.jsonl"])
@pytest.mark.parametrize("size", [50, 100])
def test_scaling_matrices_match_the_fixture(shared_data, file: str, size: int):
    num_compared = 0
    for line in (shared_data / "fixtures" / "supercells" / file).read_text().splitlines():
        row = json.loads(line)
        expected = row[f"N{size}"]
        lattice, num_sites = np.array(row["primitive"]["lattice"]), len(row["primitive"]["species"])
        scaling = scaling_matrix(lattice, num_sites, size)
        assert round(np.linalg.det(scaling)) == expected["images"]
        if not (expected["half_integer"] or expected["axis_tie"]):
            assert scaling.tolist() == expected["T"], row["id"]
            num_compared += 1
    assert num_compared >= 10


@pytest.mark.parametrize("num_sites", [1, 3, 8, 50])
def test_supercell_stays_within_the_limit(num_sites: int):
    for lattice in np.random.default_rng(0).normal(size=(50, 3, 3)) + 3.0 * np.eye(3):
        scaling = scaling_matrix(lattice, num_sites, 50)
        images = round(np.linalg.det(scaling))
        assert images == np.prod(np.diag(scaling))
        assert 1 <= images <= 50 // num_sites


def test_a_cell_beyond_the_limit_is_not_repeated():
    assert scaling_matrix(np.diag([3.0, 4.0, 30.0]), 60, 50).tolist() == np.eye(3).tolist()


def test_a_flat_cell_becomes_nearly_cubic():
    assert scaling_matrix(np.diag([3.0, 3.1, 12.0]), 3, 50).tolist() == np.diag([4, 4, 1]).tolist()


def test_scaling_does_not_depend_on_orientation():
    rng = np.random.default_rng(3)
    lattice = hexagonal_lattice(3.2, 5.2)
    for _ in range(20):
        rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
        assert (scaling_matrix(lattice @ rotation, 2, 50) == scaling_matrix(lattice, 2, 50)).all()


def test_a_cubic_lattice_has_three_supercells_longer_along_one_axis():
    found = equivalent_scalings(4.0 * np.eye(3), np.diag([2, 1, 1]))
    lengths = sorted(np.abs(scaling).sum(axis=0).tolist() for scaling in found)
    assert lengths == [[1, 1, 2], [1, 2, 1], [2, 1, 1]]


def test_a_lattice_without_symmetry_has_one():
    lattice = niggli_lattice(np.array([[4.1, 0.0, 0.0], [-0.7, 5.3, 0.0], [0.9, -1.1, 6.2]]))
    assert len(equivalent_scalings(lattice, np.array([[3, 1, 0], [0, 2, 1], [0, 0, 2]]))) == 1


def test_equivalent_supercells_have_the_same_shape():
    lattice = niggli_lattice(hexagonal_lattice(3.0, 5.0))
    scalings = equivalent_scalings(lattice, np.array([[3, -1, 0], [0, 2, 1], [0, 0, 2]]))
    shapes = [niggli_lattice(scaling @ lattice) for scaling in scalings]
    metrics = [np.abs(shape @ shape.T) for shape in shapes]
    assert len(scalings) > 1
    for metric in metrics:
        np.testing.assert_allclose(metric, metrics[0], atol=1e-6)


def test_the_last_digits_of_a_file_do_not_decide_ties_and_halves():
    """A hexagonal cell of three sites: two axes are equal, and a shear is half of an odd multiplier."""
    lattice = hexagonal_lattice(4.0, 6.0)
    expected = scaling_matrix(lattice, 3, 50)
    rng = np.random.default_rng(0)
    for _ in range(50):
        rounded = lattice + rng.uniform(-1e-5, 1e-5, size=(3, 3))
        assert (scaling_matrix(rounded, 3, 50) == expected).all()
