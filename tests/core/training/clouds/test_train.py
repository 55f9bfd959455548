"""Training on clouds: what it leaves behind, and that it goes on as if it had never stopped."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from core.config import TrainingSettings
from core.errors import TooFewStructures
from core.events import CheckpointSaved, EpochEnded, Event, Progress
from core.graphs.clouds.split import CloudSplit, split_clouds
from core.objectives.clouds.cloud_task import CloudTask
from core.training.clouds.train import batches_of, judge, train_on_clouds
from core.training.loop.train import BEST, LAST, Outcome, TrainingDiverged
from tests.core.objectives.clouds.prototypes import copied, prototype_clouds, same_clouds, task_of

CLOUDS = prototype_clouds(clouds_per_crystal=4)
SPLIT = split_clouds(CLOUDS, "replica", 0.5, seed=0)
SETTINGS = TrainingSettings(epochs=3, pairs_per_batch=6 * 64, learning_rate=3e-3, checkpoint_every=1)


def train(
    task: CloudTask,
    folder: Path,
    settings: TrainingSettings = SETTINGS,
    emit: Callable[[Event], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
    split: CloudSplit = SPLIT,
) -> Outcome:
    return train_on_clouds(
        task, CLOUDS, split, settings=settings, seed=5, folder=folder, emit=emit, should_stop=should_stop
    )


def weights(task: CloudTask) -> torch.Tensor:
    return torch.cat([one.detach().flatten() for one in task.state_dict().values()])


def test_epochs_are_told_with_figures_and_their_trivial_ones(tmp_path: Path):
    events: list[Event] = []
    outcome = train(task_of("shift", num_blocks=1), tmp_path, emit=events.append)
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert [event.epoch for event in epochs] == [0, 1, 2]
    assert epochs[-1].metrics.keys() == {"MSE", "MAE", "trivial MSE", "trivial MAE"}
    assert epochs[-1].metrics["trivial MSE"] == epochs[0].metrics["trivial MSE"]
    done = [event.done for event in events if isinstance(event, Progress)]
    assert done == sorted(done)
    assert done[-1] == 3 * len(SPLIT.train)
    assert outcome.epochs_done == 3
    assert outcome.best_validation_loss == min(event.validation_loss for event in epochs)
    assert any(isinstance(event, CheckpointSaved) and event.best for event in events)
    assert (tmp_path / LAST).exists()
    assert (tmp_path / BEST).exists()


@pytest.mark.parametrize("name", ["denoising", "autoencoder"])
@pytest.mark.parametrize("batches_before", [1, 4])
def test_a_resumed_training_equals_one_that_never_stopped(tmp_path: Path, name: str, batches_before: int):
    """In the middle of an epoch too; with noise, codes and dropout."""
    whole, halves = (task_of(name, num_blocks=1, dropout=0.2) for _ in range(2))
    folders = tmp_path / "whole", tmp_path / "halves"
    for folder in folders:
        folder.mkdir()
    train(whole, folders[0])
    calls = iter(range(1000))
    stopped = train(halves, folders[1], should_stop=lambda: next(calls) > batches_before)
    assert stopped.stopped
    fresh = task_of(name, num_blocks=1, dropout=0.2)
    torch.manual_seed(99)
    torch.nn.init.zeros_(fresh.core.start.weight)
    outcome = train(fresh, folders[1])
    assert outcome.epochs_done == 3
    assert torch.equal(weights(fresh), weights(whole))


def test_training_changes_neither_clouds_nor_the_generator_of_torch(tmp_path: Path):
    task = task_of("noisy bonds", num_blocks=1, dropout=0.5)
    kept, state = copied(CLOUDS), torch.get_rng_state()
    train(task, tmp_path)
    assert same_clouds(CLOUDS, kept)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("keep", ["best", "last"])
def test_the_network_that_is_kept_is_in_the_task(tmp_path: Path, keep: str):
    task = task_of("shift", num_blocks=1)
    settings = SETTINGS.model_copy(update={"keep": keep, "learning_rate": 0.3, "gradient_clip": 0.0})
    losses: list[float] = []

    def note(event: Event) -> None:
        if isinstance(event, EpochEnded):
            losses.append(event.validation_loss)

    train(task, tmp_path, settings, emit=note)
    loss, _ = judge(task, CLOUDS.select(SPLIT.validation), settings)
    assert loss == pytest.approx(min(losses) if keep == "best" else losses[-1], rel=1e-5)
    assert (tmp_path / BEST).exists() == (keep == "best")


def test_patience_ends_a_training(tmp_path: Path):
    settings = SETTINGS.model_copy(update={"learning_rate": 1e-7, "patience": 1, "epochs": 50})
    split = SPLIT._replace(train=SPLIT.train[:1])
    assert train(task_of("frame", num_blocks=1), tmp_path, settings, split=split).epochs_done < 50


def test_without_validation_the_loss_of_training_decides(tmp_path: Path):
    split = SPLIT._replace(validation=SPLIT.validation[:0])
    outcome = train(task_of("shift", num_blocks=1), tmp_path, split=split)
    assert outcome.best_loss is not None
    assert outcome.best_validation_loss is None


def test_nothing_to_learn_from_is_an_error(tmp_path: Path):
    with pytest.raises(TooFewStructures):
        train(task_of("shift"), tmp_path, split=SPLIT._replace(train=SPLIT.train[:0]))


def test_a_loss_that_is_no_number_ends_the_training_with_a_sentence(tmp_path: Path):
    task = task_of("shift", num_blocks=1)
    torch.nn.init.constant_(task.core.start.bias, float("nan"))
    with pytest.raises(TrainingDiverged):
        train(task, tmp_path)


def test_batches_have_no_more_pairs_than_allowed_and_all_clouds_come_once():
    batches = [*batches_of(np.arange(20), CLOUDS, SETTINGS)]
    assert max(len(batch) for batch in batches) * CLOUDS.num_points**2 <= SETTINGS.pairs_per_batch
    assert np.concatenate(batches).tolist() == list(range(20))


def test_figures_are_of_all_clouds_together_and_the_same_each_time():
    task = task_of("frame", num_blocks=1)
    clouds = CLOUDS.select(SPLIT.validation)
    one, other = (judge(task, clouds, SETTINGS) for _ in range(2))
    assert one == other
    whole = SETTINGS.model_copy(update={"pairs_per_batch": 1_000_000})
    assert judge(task, clouds, whole)[1] == pytest.approx(one[1])
