"""What holds for trajectories of every format; what is peculiar to one is tested beside its reader."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CoreError, StructureError
from core.structures.trajectories.particles import Particles
from core.structures.trajectories.trajectory import read_trajectory
from tests.core.structures.trajectory_files import PLACES, TILTED, WRITERS

FORMATS = pytest.mark.parametrize("name", WRITERS)


def distances(frame: Particles) -> np.ndarray:
    return np.linalg.norm(frame.positions[:, None] - frame.positions[None], axis=-1)


@FORMATS
def test_frames_have_their_box_positions_and_species(tmp_path: Path, name: str):
    trajectory = read_trajectory(WRITERS[name](tmp_path / name, (1.0, 1.1, 1.2)))
    assert len(trajectory) == 3
    positions = PLACES @ TILTED
    for frame, scale in zip(trajectory, (1.0, 1.1, 1.2), strict=True):
        np.testing.assert_allclose(frame.box, scale * TILTED, rtol=1e-6, atol=1e-6)
        expected = scale * np.linalg.norm(positions[:, None] - positions[None], axis=-1)
        np.testing.assert_allclose(distances(frame), expected, rtol=1e-5, atol=1e-6)
        assert frame.periodic.all()
        assert frame.species.tolist() == [1, 0, 0, 1]


@FORMATS
def test_a_box_that_changes_is_allowed_and_said(tmp_path: Path, name: str):
    first, same, other = read_trajectory(WRITERS[name](tmp_path / name, (1.0, 1.0, 0.9)))
    assert first.remarks == same.remarks == ()
    assert other.remarks == (f"{name}, frame 3: the box is not that of the first frame.",)


@FORMATS
def test_a_frame_that_is_not_there_is_named(tmp_path: Path, name: str):
    trajectory = read_trajectory(WRITERS[name](tmp_path / name))
    for index in (2, -1):
        with pytest.raises(StructureError, match=f"{name} has no frame {index + 1}"):
            trajectory.frame(index)


@FORMATS
def test_a_frame_is_read_again_for_each_call(tmp_path: Path, name: str):
    trajectory = read_trajectory(WRITERS[name](tmp_path / name))
    changed = trajectory.frame(1)
    changed.positions[:] = 0.0
    assert trajectory.frame(1).positions.any()


@FORMATS
@given(seed=st.integers(0, 2**32 - 1))
def test_a_damaged_file_is_refused_with_a_sentence_or_read(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int
):
    random = np.random.default_rng(seed)
    path = tmp_path_factory.mktemp("damaged") / name
    content = bytearray(WRITERS[name](path).read_bytes())
    for place in random.integers(len(content), size=random.integers(1, 8)):
        content[place] = random.integers(256)
    path.write_bytes(content[: random.integers(1, len(content) + 1)] if seed % 2 else content)
    refusal, frames = None, []
    try:
        frames = list(read_trajectory(path))
    except CoreError as error:
        refusal = error
    assert refusal is None or path.name in refusal.message
    assert all(np.isfinite(frame.positions).all() for frame in frames)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"data_crystal\n", b"\x00" * 100, b"PK\x03\x04", b"ITEM: UNITS\n"]
)
def test_files_of_other_kinds_are_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "other.gsd"
    path.write_bytes(content)
    with pytest.raises(StructureError, match=r"other\.gsd"):
        read_trajectory(path)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(StructureError, match=r"nothing\.xyz cannot be read"):
        read_trajectory(tmp_path / "nothing.xyz")


def test_a_damaged_first_frame_is_named_and_keeps_no_other_from_being_read(tmp_path: Path):
    path = tmp_path / "gas.xyz"
    path.write_text("1\n\nA nan 0 0\n2\n\nA 0 0 0\nA 1 1 1\n1\n\nA 0 0\n")
    trajectory = read_trajectory(path)
    assert len(trajectory) == 3
    for number, said in ((0, "the position of particle 1"), (2, "not a readable frame")):
        with pytest.raises(StructureError, match=rf"gas\.xyz, frame {number + 1}: .*{said}"):
            trajectory.frame(number)
    assert len(trajectory.frame(1)) == 2
    assert trajectory.frame(1).remarks == ()


def test_a_change_of_the_number_of_particles_is_said(tmp_path: Path):
    path = tmp_path / "gas.xyz"
    path.write_text("1\n\nA 0 0 0\n2\n\nA 0 0 0\nA 1 1 1\n")
    _, second = read_trajectory(path)
    assert second.remarks == ("gas.xyz, frame 2: there are 2 particles in place of 1.",)


@pytest.mark.parametrize("box", ['Lattice="2 0 0 0 2 0 0 0 2" pbc="T T F"', ""])
def test_a_box_that_no_longer_repeats_is_refused_by_file_and_frame(tmp_path: Path, box: str):
    path = tmp_path / "slab.xyz"
    path.write_text(f'1\nLattice="2 0 0 0 2 0 0 0 2"\nA 0 0 0\n1\n{box}\nA 0 0 0\n')
    trajectory = read_trajectory(path)
    with pytest.raises(StructureError, match=r"slab\.xyz, frame 2: other directions are periodic"):
        trajectory.frame(1)


def test_a_box_that_becomes_flat_is_refused_by_file_and_frame(tmp_path: Path):
    path = tmp_path / "slab.xyz"
    boxes = ("2 0 0 0 2 0 0 0 2", "2 0 0 0 2 0 2 2 0")
    path.write_text("".join(f'1\nLattice="{box}"\nA 0 0 0\n' for box in boxes))
    trajectory = read_trajectory(path)
    with pytest.raises(StructureError, match=r"slab\.xyz, frame 2: the box is flat"):
        trajectory.frame(1)


@pytest.mark.parametrize(
    ("name", "steps"), [("melt.gsd", [0, 1]), ("melt.lammpstrj", [0, 1]), ("melt.xyz", [None] * 2)]
)
def test_frames_say_which_step_of_the_simulation_they_are(tmp_path: Path, name: str, steps: list[int | None]):
    assert [frame.step for frame in read_trajectory(WRITERS[name](tmp_path / name))] == steps
