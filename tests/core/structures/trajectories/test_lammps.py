from pathlib import Path

import numpy as np
import pytest

from core.errors import StructureError
from core.structures.trajectories.lammps import LammpsFrames
from core.structures.trajectories.particles import Particles
from tests.core.structures.trajectory_files import PLACES, TILTED, write_lammps

HEADER = """ITEM: TIMESTEP
100
ITEM: NUMBER OF ATOMS
2
ITEM: BOX BOUNDS pp ff pp
-1.0 4.0
0.0 6.0
0.0 7.0
"""


def frame(tmp_path: Path, text: str) -> Particles:
    path = tmp_path / "dump.lammpstrj"
    path.write_text(text)
    return LammpsFrames(path).frame(0)


@pytest.mark.parametrize(
    ("columns", "positions"),
    [
        ("x y z", PLACES @ TILTED),
        ("xu yu zu", (PLACES + np.array([1, 0, -2])) @ TILTED),
        ("xs ys zs", PLACES),
    ],
)
def test_all_kinds_of_coordinates_give_the_same_places(tmp_path: Path, columns: str, positions: np.ndarray):
    text = write_lammps(tmp_path / "source").read_text().split("ITEM: ATOMS")[0]
    rows = "".join(f"{k + 1} 1 {x} {y} {z}\n" for k, (x, y, z) in enumerate(positions.tolist()))
    read = frame(tmp_path, f"{text}ITEM: ATOMS id type {columns}\n{rows}")
    relative = (read.positions - read.positions[0]) @ np.linalg.inv(TILTED)
    difference = relative - (PLACES - PLACES[0])
    np.testing.assert_allclose(difference, np.rint(difference), atol=1e-9)
    np.testing.assert_allclose(read.box, TILTED, atol=1e-9)


def test_particles_stand_in_the_order_of_their_ids(tmp_path: Path):
    read = LammpsFrames(write_lammps(tmp_path / "melt.dump")).frame(0)
    assert read.labels["c_energy"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert read.species_names == ("1", "2")


def test_names_of_elements_come_before_numbers_of_types_and_need_be_none(tmp_path: Path):
    read = frame(tmp_path, HEADER + "ITEM: ATOMS id type element x y z\n2 1 big 1 1 1\n1 2 Ar 2 2 2\n")
    assert [read.species_names[k] for k in read.species] == ["Ar", "big"]
    assert read.positions.tolist() == [[2, 2, 2], [1, 1, 1]]


def test_directions_repeat_as_the_file_says(tmp_path: Path):
    read = frame(tmp_path, HEADER + "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 1 1 1\n")
    assert read.periodic.tolist() == [True, False, True]
    assert np.diag(read.box).tolist() == [5.0, 6.0, 7.0]


def test_a_general_triclinic_box_is_read(tmp_path: Path):
    header = HEADER.split("ITEM: BOX")[0] + "ITEM: BOX BOUNDS abc origin pp pp pp\n"
    edges = "".join(f"{a} {b} {c} 0.5\n" for a, b, c in TILTED.tolist())
    read = frame(tmp_path, header + edges + "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 1 1 1\n")
    np.testing.assert_allclose(read.box, TILTED, rtol=1e-7)


def test_lines_in_front_of_a_time_step_belong_to_no_frame(tmp_path: Path):
    path = tmp_path / "melt.dump"
    once = "ITEM: TIME\n0.5\n" + HEADER + "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 1 1 1\n"
    path.write_text("ITEM: UNITS\nlj\n" + once + once)
    assert [len(LammpsFrames(path).frame(k)) for k in range(len(LammpsFrames(path)))] == [2, 2]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("ITEM: ATOMS id type x y z\n1 1 0 0 0\n", "breaks off"),
        ("ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 1 1\n", "breaks off"),
        ("", "breaks off"),
        ("ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 nan 1 1\n", "the position of particle 2"),
        ("ITEM: ATOMS id type vx vy vz\n1 1 0 0 0\n2 1 1 1 1\n", "not a readable frame"),
        ("ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 1 1 1 one\n", "not a readable frame"),
    ],
)
def test_damaged_frames_are_named(tmp_path: Path, rows: str, said: str):
    with pytest.raises(StructureError, match=rf"dump\.lammpstrj, frame 1: .*{said}"):
        frame(tmp_path, HEADER + rows)
