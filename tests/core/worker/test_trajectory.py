from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.particles import frame_classifier
from core.evaluation.particles.frame_classifier import TRAINING, picture_frames
from core.evaluation.particles.separation import AVERAGED, EMBEDDING, PLAIN, separate_frames
from core.events import Event, Message, Progress
from core.inspection.particles import nearest_prototypes
from core.jobs.results.particle_order import COMPONENTS, read_order
from core.jobs.run_folder import RunFolder, Status
from core.structures.trajectories.particles import repeated
from core.structures.trajectories.trajectory import read_trajectory
from core.training.clouds.material import without_species
from core.training.clouds.model_file import CloudCard, load_cloud_model, save_cloud_model
from core.worker.trajectory import ATTENTION, PROBED
from tests.core.objectives.clouds.prototypes import COPPER, prototype_clouds, task_of
from tests.core.worker.trajectory_runs import metals, noisy_metals, trajectory_run, write_frames

Work = Callable[[RunFolder], int]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., RunFolder]:
    return partial(trajectory_run, tmp_path / "0001-trajectory", "trajectory")


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """A network for clouds that has learned nothing."""
    task = task_of("shift")
    path = tmp_path / "clouds.safetensors"
    save_cloud_model(path, CloudCard.of(task, prototype_clouds(), 0, 0, {}), task)
    return path


def test_every_particle_of_the_chosen_frames_is_described(
    make: Callable[..., RunFolder], work: Work, tmp_path: Path
):
    run = make(metals(tmp_path / "metals.gsd", 5), {"analysis": {"every": 2}})
    assert work(run) == 0, run.error()
    order = read_order(run.order_file)
    assert order.frames.tolist() == [0, 2, 4]
    assert np.diff(order.offsets).tolist() == [32, 32, 32]
    np.testing.assert_allclose(order.column("averaged q6"), 0.575, atol=1e-3)
    np.testing.assert_array_equal(order.shares("phase"), [[0, 0, 1]] * 3)
    assert order.groups["species"] == ("Cu",)
    assert order.upper.shape == order.lower.shape == (3, 101, 101)
    assert not set(COMPONENTS) & set(order.names)
    assert order.comparison is None
    assert run.result()["metrics"] == {"num_frames": 3, "num_particles": 96}


def test_a_network_places_the_particles_on_a_map_where_unlike_crystals_are_apart(
    make: Callable[..., RunFolder], work: Work, tmp_path: Path, network: Path
):
    plan = {"clusters": 2, "prototypes": False}
    run = make(metals(tmp_path / "metals.gsd"), {"analysis": plan}, network)
    assert work(run) == 0, run.error()
    order = read_order(run.order_file)
    assert set(COMPONENTS) <= set(order.names)
    assert order.groups["cluster"] == ("1", "2")
    shares = order.shares("cluster")
    np.testing.assert_array_equal(shares, [[0, 1], [1, 0]] * 2)  # iron has more particles, so it is the first


def test_attention_on_particles_is_told_when_asked_for(
    make: Callable[..., RunFolder], work: Work, tmp_path: Path, network: Path
):
    plan = {"prototypes": False, "attention": True}
    run = make(metals(tmp_path / "metals.gsd", 2), {"analysis": plan}, network)
    assert work(run) == 0, run.error()
    order = read_order(run.order_file)
    for row in range(2):
        assert order.column(ATTENTION)[order.particles(row)].mean() == pytest.approx(1.0, abs=1e-4)


def test_a_network_says_which_structure_type_each_particle_resembles(
    make: Callable[..., RunFolder],
    work: Work,
    tmp_path: Path,
    network: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    # In place of the library of structure types, which takes seconds to read.
    monkeypatch.setattr(
        nearest_prototypes, "prototype_clouds", lambda *_: without_species(prototype_clouds())
    )
    run = make(metals(tmp_path / "metals.gsd"), {}, network)
    assert work(run) == 0, run.error()
    order = read_order(run.order_file)
    assert order.groups["structure type"] == ("cF4-Cu", "cI2-W", "none of them")
    shares = order.shares("structure type")
    assert (shares[[0, 2], 0] == 1).all()  # copper
    assert (shares[[1, 3], 1] == 1).all()  # iron
    assert (order.column("distance to structure type") >= 0).all()


def test_phases_by_frames_are_told_apart_as_the_command_does(
    make: Callable[..., RunFolder], work: Work, tmp_path: Path, network: Path
):
    path = noisy_metals(tmp_path / "metals.gsd")
    phases = "copper=1-4, iron=5-8"
    run = make(path, {"analysis": {"every": 4, "prototypes": False, "phases": phases}}, network)
    assert work(run) == 0, run.error()
    order = read_order(run.order_file)
    assert order.frames.tolist() == [0, 4]  # frames of phases need not be among those that are looked at
    separation = order.separation
    assert separation is not None
    assert (separation.phases, separation.phase_frames) == (("copper", "iron"), phases)
    assert separation.descriptions == (EMBEDDING, PLAIN, AVERAGED)
    by_command = separate_frames(
        *load_cloud_model(network),
        read_trajectory(path),
        {"copper": [0, 1, 2, 3], "iron": [4, 5, 6, 7]},
        particles=PROBED,
    )
    expected = [(one.probe.accuracy.mean, one.probe.accuracy.lower) for one in by_command]
    np.testing.assert_allclose(separation.recognised[:, :2], expected)
    assert separation.recognised[2, 0] > 0.95  # averaged order parameters know fcc from bcc


def test_without_frames_of_phases_nothing_is_told_apart(
    make: Callable[..., RunFolder], work: Work, tmp_path: Path, network: Path
):
    run = make(metals(tmp_path / "metals.gsd", 2), {"analysis": {"prototypes": False}}, network)
    assert work(run) == 0, run.error()
    assert read_order(run.order_file).separation is None


def test_a_frame_of_a_phase_that_is_not_there_fails_before_the_work(
    make: Callable[..., RunFolder],
    work: Work,
    events: Callable[[RunFolder], list[Event]],
    tmp_path: Path,
    network: Path,
):
    plan = {"phases": "copper=1-2, iron=4-5"}
    run = make(metals(tmp_path / "metals.gsd"), {"analysis": plan}, network)
    assert work(run) == 1
    error = run.error()
    assert error is not None
    assert error[0] == "metals.gsd has no frame 5."
    stages = {event.stage for event in events(run) if isinstance(event, Progress)}
    assert stages == {"telling phases apart"}


def test_frames_that_cannot_be_used_are_left_out_and_named(
    make: Callable[..., RunFolder], work: Work, events: Callable[[RunFolder], list[Event]], tmp_path: Path
):
    path = write_frames(tmp_path / "blown.gsd", [repeated(COPPER, 30)] * 3, blown_up=(1,))
    run = make(path, {})
    assert work(run) == 0, run.error()
    assert read_order(run.order_file).frames.tolist() == [0, 2]
    (skipped,) = run.result()["skipped"]
    assert "blown.gsd, frame 2" in skipped["reason"]
    assert any(isinstance(event, Message) and "frame 2" in event.text for event in events(run))


def test_a_trajectory_without_a_frame_of_use_fails_with_the_first_reason(
    make: Callable[..., RunFolder], work: Work, tmp_path: Path
):
    path = write_frames(tmp_path / "blown.gsd", [repeated(COPPER, 30)] * 2, blown_up=(0, 1))
    run = make(path, {})
    assert work(run) == 1
    assert run.status() is Status.FAILED
    error = run.error()
    assert error is not None
    assert "blown.gsd, frame 1" in error[0]


def test_frames_are_compared_when_asked_for(
    make: Callable[..., RunFolder], work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    quickly = {"clouds_per_frame": 4, "width": 4, "training": TRAINING.model_copy(update={"epochs": 1})}
    monkeypatch.setattr(frame_classifier, "picture_frames", partial(picture_frames, **quickly))
    run = make(metals(tmp_path / "metals.gsd", 6), {"analysis": {"compare_frames": True}})
    assert work(run) == 0, run.error()
    comparison = read_order(run.order_file).comparison
    assert comparison is not None
    assert (comparison.learned.tolist(), comparison.shown.tolist()) == ([0, 2, 4], [1, 3, 5])
    np.testing.assert_allclose(comparison.image.sum(axis=1), 1, rtol=1e-5)


def test_a_run_that_is_stopped_writes_nothing_and_can_be_done_again(
    make: Callable[..., RunFolder],
    work: Work,
    after_each_event: Callable[[Callable[[Event], object]], None],
    tmp_path: Path,
):
    run = make(metals(tmp_path / "metals.gsd"), {})

    def stop(event: Event) -> None:
        if isinstance(event, Progress) and event.done == 1:
            run.request_stop()

    after_each_event(stop)
    assert work(run) == 0
    assert run.status() is Status.STOPPED
    assert not run.order_file.exists()
