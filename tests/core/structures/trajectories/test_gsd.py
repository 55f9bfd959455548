from pathlib import Path

import gsd.fl
import gsd.hoomd
import numpy as np
import pytest

from core.errors import StructureError
from core.graphs.clouds.neighbours import nearest_points, shortest_distance
from core.structures.trajectories.gsd import GSD_MAGIC, GsdFrames
from core.structures.trajectories.trajectory import read_trajectory
from tests.core.structures.trajectory_files import write_gsd


def write_frame(path: Path, **particles: object) -> Path:
    """One frame with what is given of its particles."""
    with gsd.hoomd.open(str(path), "w") as file:
        frame = gsd.hoomd.Frame()
        frame.configuration.box = [5, 5, 5, 0, 0, 0]
        for name, value in particles.items():
            setattr(frame.particles, name, value)
        file.append(frame)
    return path


def test_what_the_file_logs_of_particles_are_labels(tmp_path: Path):
    frame = GsdFrames(write_gsd(tmp_path / "melt.gsd")).frame(1)
    assert frame.labels.keys() == {"energy"}
    assert frame.labels["energy"].tolist() == [0.0, 1.0, 2.0, 3.0]


def test_types_have_the_names_of_the_file(tmp_path: Path):
    assert GsdFrames(write_gsd(tmp_path / "melt.gsd")).frame(0).species_names == ("A", "B")


def test_two_dimensional_frames_do_not_repeat_along_z(tmp_path: Path):
    path = tmp_path / "flat.gsd"
    with gsd.hoomd.open(str(path), "w") as file:
        frame = gsd.hoomd.Frame()
        frame.configuration.box, frame.configuration.dimensions = [5, 5, 0, 0, 0, 0], 2
        frame.particles.N, frame.particles.position = 2, [[0, 0, 0], [1, 1, 0]]
        file.append(frame)
    assert GsdFrames(path).frame(0).periodic.tolist() == [True, True, False]


def test_a_foreign_schema_is_named(tmp_path: Path):
    path = tmp_path / "other.gsd"
    gsd.fl.open(str(path), "w", application="test", schema="fluid", schema_version=[1, 0]).close()
    with pytest.raises(StructureError, match=r"other\.gsd is a GSD file of the schema 'fluid'") as caught:
        read_trajectory(path)
    assert "HOOMD-blue" in caught.value.hint


def test_a_file_of_a_foreign_schema_from_elsewhere_is_named(shared_data: Path):
    with pytest.raises(StructureError, match="of the schema 'none'"):
        read_trajectory(shared_data / "trajectories" / "other_schema_gsd_test_v1.gsd")


def test_a_file_that_breaks_off_is_refused(tmp_path: Path):
    path = tmp_path / "short.gsd"
    path.write_bytes(GSD_MAGIC + b"\x00" * 20)
    with pytest.raises(StructureError, match=r"short\.gsd is a damaged GSD file"):
        read_trajectory(path)


def test_a_file_without_frames_is_refused(tmp_path: Path):
    path = tmp_path / "empty.gsd"
    gsd.hoomd.open(str(path), "w").close()
    with pytest.raises(StructureError, match=r"empty\.gsd has no frames"):
        read_trajectory(path)


def test_a_position_that_is_no_number_is_named_by_frame_and_particle(tmp_path: Path):
    path = write_frame(tmp_path / "blown.gsd", N=3, position=[[0, 0, 0], [1, 1, 1], [np.nan, 0, 0]])
    with pytest.raises(StructureError, match=r"blown\.gsd, frame 1: the position of particle 3"):
        read_trajectory(path).frame(0)


def test_a_type_without_a_name_is_refused(tmp_path: Path):
    path = write_frame(tmp_path / "odd.gsd", N=2, position=[[0, 0, 0], [1, 1, 1]], typeid=[0, 5], types=["A"])
    with pytest.raises(StructureError, match=r"odd\.gsd, frame 1: .* do not agree"):
        read_trajectory(path).frame(0)


def test_more_particles_than_anyone_has_are_refused_before_memory_is_taken(tmp_path: Path):
    path = tmp_path / "huge.gsd"
    with gsd.fl.open(str(path), "w", application="t", schema="hoomd", schema_version=[1, 4]) as file:
        file.write_chunk("particles/N", np.array([4_000_000_000], dtype=np.uint32))
        file.end_frame()
    with pytest.raises(StructureError, match=r"huge\.gsd, frame 1: 4,000,000,000 particles"):
        read_trajectory(path).frame(0)


@pytest.mark.parametrize(
    ("name", "coordination"),
    [("freud_fcc.gsd", 12), ("freud_bcc.gsd", 8), ("freud_hcp.gsd", 12), ("freud_sc.gsd", 6)],
)
def test_snapshots_of_crystals_have_the_coordination_of_textbooks(
    shared_data: Path, name: str, coordination: int
):
    frame = read_trajectory(shared_data / "trajectories" / name).frame(0)
    found = nearest_points(frame, coordination, whole_shells=True)
    assert set(found.mask.sum(axis=1).tolist()) == {coordination}
    assert shortest_distance(frame) == pytest.approx(1.0, rel=1e-3)
