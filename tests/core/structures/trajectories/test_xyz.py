from pathlib import Path

import numpy as np
import pytest

from core.errors import StructureError
from core.structures.trajectories.xyz import XyzFrames
from tests.core.structures.trajectory_files import write_xyz


def frames(tmp_path: Path, text: str) -> XyzFrames:
    path = tmp_path / "melt.xyz"
    path.write_text(text)
    return XyzFrames(path)


def test_names_that_are_no_elements_are_kept(tmp_path: Path):
    frame = frames(tmp_path, "3\nfree text\nbig 0 0 0\nsmall 1 0 0\nbig 0 1 0\n").frame(0)
    assert frame.species_names == ("big", "small")
    assert frame.species.tolist() == [0, 1, 0]


def test_a_file_without_a_lattice_is_open(tmp_path: Path):
    frame = frames(tmp_path, "1\n\nAr 1 2 3\n").frame(0)
    assert not frame.periodic.any()
    assert frame.positions.tolist() == [[1.0, 2.0, 3.0]]


def test_directions_that_repeat_are_those_of_the_file(tmp_path: Path):
    text = '1\nLattice="2 0 0 0 3 0 0 0 4" pbc="T F T"\nAr 1 2 3\n'
    assert frames(tmp_path, text).frame(0).periodic.tolist() == [True, False, True]


def test_other_columns_are_labels(tmp_path: Path):
    frame = XyzFrames(write_xyz(tmp_path / "melt.xyz")).frame(0)
    assert frame.labels.keys() == {"phase"}
    assert frame.labels["phase"].tolist() == [0, 1, 2, 3]


def test_columns_may_stand_in_another_order(tmp_path: Path):
    text = "2\nProperties=pos:R:3:species:S:1\n0 0 0 Ar\n1 1 1 Ne\n"
    frame = frames(tmp_path, text).frame(0)
    assert [frame.species_names[k] for k in frame.species] == ["Ar", "Ne"]
    np.testing.assert_allclose(frame.positions, [[0, 0, 0], [1, 1, 1]], rtol=1e-7)


def test_empty_lines_between_frames_are_passed_over(tmp_path: Path):
    assert len(frames(tmp_path, "1\n\nA 0 0 0\n\n\n1\n\nA 1 1 1\n\n")) == 2


def test_a_frame_that_breaks_off_is_named_and_those_before_it_stay(tmp_path: Path):
    cut = frames(tmp_path, "1\n\nA 0 0 0\n3\n\nA 1 1 1\n")
    assert len(cut.frame(0)) == 1
    with pytest.raises(StructureError, match=r"melt\.xyz, frame 2: it breaks off"):
        cut.frame(1)


def test_what_follows_and_is_no_frame_is_named(tmp_path: Path):
    cut = frames(tmp_path, "1\n\nA 0 0 0\nrubbish\n")
    assert len(cut) == 2
    with pytest.raises(StructureError, match=r"melt\.xyz, frame 2: it breaks off, or begins with no number"):
        cut.frame(1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2\n\nA 0 0 0\nA nan 1 1\n", "the position of particle 2"),
        ("1\n\nA 0 0\n", "not a readable frame"),
        ("1\nProperties=species:S:1:pos:R:99999999\nA 0 0 0\n", "not a readable frame"),
        ("0\n\n", "no particles"),
        ("99999999999\n\nA 0 0 0\n", "breaks off"),
    ],
)
def test_damaged_frames_are_named(tmp_path: Path, text: str, said: str):
    with pytest.raises(StructureError, match=rf"melt\.xyz, frame 1: .*{said}"):
        frames(tmp_path, text).frame(0)
