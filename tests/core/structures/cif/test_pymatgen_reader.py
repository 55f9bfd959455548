"""The second opinion speaks the same language as the first, and is silent on what it cannot read."""

from collections.abc import Callable

import numpy as np
import pytest
from pymatgen.io.cif import CifParser

from core.structures.cif.pymatgen_reader import LONGEST_TEXT, read_with_pymatgen


def test_a_disordered_crystal_comes_with_its_shared_and_vacant_sites(cif: Callable[..., bytes]):
    atoms = ("Na1 Na+ 0 0 0 0.5", "K1 K+ 0 0 0 0.25", "Cl1 Cl- 0.5 0.5 0.5 1")
    (structure,) = read_with_pymatgen(cif(atoms).decode())
    assert structure.composition == pytest.approx({"Na": 2.0, "K": 1.0, "Cl": 4.0})
    assert structure.num_sites == 8
    assert structure.volume == pytest.approx(5.6402**3)
    assert structure.density > 0


def test_deuterium_is_stored_as_hydrogen(cif: Callable[..., bytes]):
    (structure,) = read_with_pymatgen(cif(("Li1 Li 0 0 0 1", "D1 D 0.5 0.5 0.5 1")).decode())
    assert structure.composition == pytest.approx({"Li": 4.0, "H": 4.0})
    assert np.isfinite(structure.frac_coords).all()


@pytest.mark.parametrize("text", ["", "data_x\n", "nonsense", "data_x\nloop_\n_a\n_b\n1 2 3\n", "\x00" * 100])
def test_what_cannot_be_read_gives_nothing(text: str):
    assert read_with_pymatgen(text) == []


def test_a_text_that_would_take_minutes_is_not_tried(
    cif: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(CifParser, "from_str", lambda *args, **kwargs: pytest.fail("was tried"))
    rows = [f"C{k} C 0.{k} 0.5 0 1" for k in range(1, 100)]
    assert read_with_pymatgen(cif(rows).decode()) == []  # without operators there may be 192 of them
    assert read_with_pymatgen("#" * (LONGEST_TEXT + 1)) == []


def test_listed_operators_say_that_a_structure_is_small(cif: Callable[..., bytes]):
    rows = [f"C{k} C 0.{k:02d} 0.5 0 0.1" for k in range(1, 90, 4)]
    extra = ("loop_", "_symmetry_equiv_pos_as_xyz", "'x, y, z'", "'-x, 1/2+y, -z'")
    (structure,) = read_with_pymatgen(cif(rows, extra, cell=(50, 50, 50, 90, 90, 90)).decode())
    assert structure.num_sites == 2 * len(rows)
