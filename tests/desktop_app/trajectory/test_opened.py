from pathlib import Path

import pytest

from core.errors import CoreError
from core.structures.trajectories.trajectory import read_trajectory
from desktop_app.runs.run_poller import view_run
from desktop_app.tasks import TaskControl
from desktop_app.trajectory.opened import (
    OpenedTrajectory,
    describe_frame,
    has_network,
    is_analysis,
    opening,
    opening_run,
    read_frame,
)
from tests.core.jobs.particle_orders import particle_order
from tests.desktop_app.trajectory.trajectory_projects import SIZE, analysed, learned, write_trajectory


def control() -> TaskControl:
    return TaskControl(lambda *_: None)


@pytest.fixture
def melt(tmp_path: Path) -> Path:
    return write_trajectory(tmp_path / "melt.gsd")


def test_a_file_comes_with_the_first_analysis_of_the_same_content(empty_project: Path, melt: Path):
    order = particle_order((SIZE,) * 3)
    runs = [analysed(empty_project, melt, order) for _ in range(2)]
    other = write_trajectory(melt.with_name("other.gsd"), names=("Kr",))
    assert opening(melt, runs)(control()).run == runs[0].name
    opened = opening(other, runs)(control())
    assert (opened.run, opened.order) == ("", None)


def test_a_run_brings_its_own_copy(empty_project: Path, melt: Path):
    run = analysed(empty_project, melt)
    melt.unlink()
    opened = opening_run(run)(control())
    assert opened.trajectory.path == run.trajectory_file
    assert opened.order is not None
    for path in run.trajectory_folder.iterdir():
        path.unlink()
    with pytest.raises(CoreError, match="holds no trajectory"):
        opening_run(run)(control())


def test_analyses_and_networks_are_told_apart(empty_project: Path, melt: Path):
    analysis, network = view_run(analysed(empty_project, melt)), view_run(learned(empty_project))
    assert (is_analysis(analysis), has_network(analysis)) == (True, False)
    assert (is_analysis(network), has_network(network)) == (False, True)


def test_facts_of_a_frame_name_what_the_file_says(melt: Path):
    frame = read_frame(read_trajectory(melt), 3)
    assert describe_frame(frame, 6) == "Frame 4 of 6 · 27 particles · box 9.9 × 9.9 × 9.9 · step 3,000"


@pytest.mark.parametrize(
    "name",
    [
        "freud_Test_Configuration.gsd",
        "freud_bcc.gsd",
        "freud_fcc.gsd",
        "freud_hcp.gsd",
        "freud_lj.gsd",
        "freud_sc.gsd",
        "garnett_samples_dump.gsd",
        "garnett_samples_hoomd.gsd",
    ],
)
def test_trajectories_from_elsewhere_can_be_drawn(shared_data: Path, name: str):
    opened: OpenedTrajectory = opening(shared_data / "trajectories" / name, [])(control())
    scene = opened.first.scene
    assert len(scene.points) == len(opened.first.particles)
    assert 0 < scene.radius < scene.reach


def test_what_is_no_trajectory_is_refused_by_name(shared_data: Path):
    for name, said in (
        ("other_schema_gsd_test_v1.gsd", "schema 'none'"),
        ("LICENSE_gsd_BSD2.txt", "no traj"),
    ):
        with pytest.raises(CoreError, match=said) as caught:
            opening(shared_data / "trajectories" / name, [])(control())
        assert name in caught.value.message
