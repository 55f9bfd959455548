from pathlib import Path

import numpy as np
import pytest
from ase import Atoms

from core.errors import StructureError
from core.structures.trajectories import text as trajectory_text
from core.structures.trajectories.text import particles_of_atoms, read_lines


def test_a_piece_of_a_file_is_read_as_lines(tmp_path: Path):
    path = tmp_path / "a.xyz"
    path.write_bytes(b"one\r\ntwo\nthree\n")
    assert read_lines(path, "a.xyz, frame 1", 5, 9) == ["two"]


def test_a_piece_too_long_for_a_frame_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trajectory_text, "_LARGEST_FRAME", 10)
    with pytest.raises(StructureError, match=r"a\.xyz, frame 1: it is too long"):
        read_lines(tmp_path / "a.xyz", "a.xyz, frame 1", 0, 11)


def test_elements_that_ase_read_are_the_species_unless_others_are_given():
    atoms = Atoms("ArNeAr", positions=np.eye(3), cell=np.eye(3), pbc=[True, False, True])
    read = particles_of_atoms(atoms, "a", None)
    assert (read.species_names, read.species.tolist()) == (("Ar", "Ne"), [0, 1, 0])
    assert particles_of_atoms(atoms, "a", ["x", "y", "z"]).species_names == ("x", "y", "z")
    assert read.periodic.tolist() == [True, False, True]
