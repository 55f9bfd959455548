from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.events import EpochEnded, Event, Message
from core.graphs.clouds.clouds import Clouds
from core.jobs.run_folder import RunFolder, Status
from core.training.clouds.model_file import embed_clouds, load_cloud_model
from core.worker import clouds as clouds_module
from tests.core.graphs.crystals import perovskite, rock_salt
from tests.core.objectives.clouds.prototypes import on_top, prototype_clouds
from tests.core.worker.trajectory_runs import metals, trajectory_run

Work = Callable[[RunFolder], int]
FEW = {"epochs": 2, "validation_fraction": 0.25, "checkpoint_every": 1}
CLOUDS = prototype_clouds(clouds_per_crystal=4)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunFolder]:
    def two_metals(names: tuple[str, ...], *_: object) -> Clouds:
        assert names == ("cF4-Cu", "cI2-W")
        return CLOUDS

    # In place of the library of structure types, which takes seconds to read.
    monkeypatch.setattr(clouds_module, "prototype_clouds", two_metals)
    return partial(trajectory_run, tmp_path / "0001-clouds", "clouds")


def settings(task: str, hold_out: str = "auto", **clouds: object) -> dict[str, object]:
    learning = {"task": task, "width": 8, "structures": "cF4-Cu, cI2-W", "hold_out": hold_out}
    return {"learning": learning, "training": FEW, "clouds": clouds}


def test_a_task_on_structure_types_is_learned_with_live_curves(
    make: Callable[..., RunFolder], work: Work, events: Callable[[RunFolder], list[Event]]
):
    run = make(None, settings("noisy bonds"))
    assert work(run) == 0, run.error()
    card, network = load_cloud_model(run.cloud_model_file)
    assert card.task == "noisy bonds"
    assert embed_clouds(network, CLOUDS).shape == (len(CLOUDS), 8)
    metrics = run.result()["metrics"]
    assert metrics.keys() >= {"accuracy", "trivial accuracy", "num_train"}
    assert metrics["num_train"] + metrics["num_validation"] == len(CLOUDS)
    curves = [event for event in events(run) if isinstance(event, EpochEnded)]
    assert [event.epoch for event in curves] == [0, 1]
    assert not run.model_file.exists()  # it is no model of crystals


@pytest.mark.parametrize(("task", "num_train"), [("frame", 24), ("denoising", 24)])
def test_a_task_on_a_trajectory_holds_out_particles_or_whole_frames(
    make: Callable[..., RunFolder], work: Work, tmp_path: Path, task: str, num_train: int
):
    run = make(metals(tmp_path / "metals.gsd"), settings(task, clouds_per_crystal=8, neighbours=8))
    assert work(run) == 0, run.error()
    card, _ = load_cloud_model(run.cloud_model_file)
    assert card.species_names == ("Cu",)
    assert card.neighbours == 8
    assert card.num_train == pytest.approx(num_train, abs=3)
    assert len(card.structure_names) == (4 if task == "frame" else 0)


def test_crystals_of_a_collection_are_learned_and_whole_ones_can_be_held_out(
    make: Callable[..., RunFolder], work: Work, events: Callable[[RunFolder], list[Event]]
):
    few = {"neighbours": 8, "fewest_particles": 50, "clouds_per_crystal": 2, "replicas": 2}
    run = make(None, settings("shift", hold_out="structure", **few))
    crystals = {"salt": rock_salt(), "on top": on_top(), "perovskite": perovskite()}
    rows = [
        {"id": k, "name": name, "structure": crystal.to_dict()}
        for k, (name, crystal) in enumerate(crystals.items())
    ]
    run.write_job(run.spec().model_copy(update={"collection": "mine"}), rows)
    assert work(run) == 0, run.error()
    card, _ = load_cloud_model(run.cloud_model_file)
    assert {"Na", "Cl"} < set(card.species_names)
    assert card.num_train == run.result()["metrics"]["num_validation"] == 12  # one crystal each
    said = [event.text for event in events(run) if isinstance(event, Message)]
    assert [text.startswith("Left out: on top: particles 1 and 9 overlap") for text in said] == [True]


def test_a_stopped_training_goes_on_where_it_stood(
    make: Callable[..., RunFolder],
    work: Work,
    after_each_event: Callable[[Callable[[Event], object]], None],
):
    run = make(None, settings("shift"))

    def stop(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == 0:
            run.request_stop()

    after_each_event(stop)
    assert work(run) == 0
    assert run.status() is Status.STOPPED
    assert not run.cloud_model_file.exists()
    run.stop_file.unlink()
    assert work(run) == 0
    assert np.isfinite(run.result()["best_validation_loss"])
