"""The training loop: one function to be read from top to bottom."""

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.config import TrainingSettings
from core.errors import CoreError
from core.events import CheckpointSaved, EpochEnded, Event, Progress
from core.graphs.batch import Batch, batches_by_pairs, collate
from core.graphs.crystal_graph import CrystalGraph
from core.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from core.training.task import Metrics, Task

LAST = "last.safetensors"
BEST = "best.safetensors"
WARM_UP = 0.05  # share of the run in which the learning rate rises


class TrainingDiverged(CoreError):
    """The loss is no longer a number."""


@dataclass
class Progression:
    """Where a training stands; all of it goes into the checkpoint."""

    epoch: int = 0
    next_batch: int = 0
    loss_sum: float = 0.0
    metric_sums: Metrics = field(default_factory=dict)
    num_seen: int = 0
    best_loss: float | None = None
    best_epoch: int = -1


@dataclass(frozen=True)
class Outcome:
    """How a training ended; `best_loss` is of the validation split where that could be judged."""

    stopped: bool
    epochs_done: int
    best_epoch: int
    best_loss: float | None
    is_validated: bool = True

    @property
    def best_validation_loss(self) -> float | None:
        """Lowest validation loss; None when there was nothing to validate on."""
        return self.best_loss if self.is_validated else None


def train(
    task: Task,
    graphs: Sequence[CrystalGraph],
    *,
    train_indices: Sequence[int],
    validation_indices: Sequence[int],
    settings: TrainingSettings,
    seed: int,
    device: torch.device,
    folder: Path,
    emit: Callable[[Event], None],
    should_stop: Callable[[], bool],
) -> Outcome:
    """Train until the epochs are done, patience is lost, or a stop is asked for.

    Without validation structures the training loss decides which network is best.
    Goes on from `folder`/last.safetensors where there is one; on the same kind of device the resumed
    training equals the uninterrupted one bit for bit. The best network by validation loss is kept in
    best.safetensors; it or the last one is in the task at the end, as `settings.keep` says. Raises
    TrainingDiverged and DiskFull.
    """
    optimiser = _optimiser(task, settings)
    noise = torch.Generator().manual_seed(seed)
    state = _restore(folder / LAST, task, optimiser, noise)
    validation = _validation_batches(task, graphs, validation_indices, settings.pairs_per_batch, device)
    finish = partial(_finish, task, folder, state, settings.keep, is_validated=bool(validation))
    pair_counts = [graphs[index].num_pairs for index in train_indices]

    while state.epoch < settings.epochs and not _patience_lost(state, settings):
        started = time.perf_counter()
        order = torch.Generator().manual_seed(seed * 1_000_003 + state.epoch)
        batches = batches_by_pairs(pair_counts, settings.pairs_per_batch, order, task.fewest_per_batch)
        task.set_training(True)
        while state.next_batch < len(batches):
            if should_stop():
                _save(folder / LAST, task, optimiser, noise, state)
                return finish(stopped=True)
            indices = [train_indices[k] for k in batches[state.next_batch]]
            _set_learning_rate(optimiser, settings, state.epoch + state.next_batch / len(batches))
            batch = collate([graphs[k] for k in indices]).to(device)
            loss, metrics = task.training_loss(indices, batch, noise)
            _step(loss, optimiser, task, settings, state.epoch)
            _add(state, float(loss.detach()), metrics, len(indices))
            state.next_batch += 1
            done = state.epoch * len(batches) + state.next_batch
            emit(Progress("training", done, settings.epochs * len(batches)))
        task.set_training(False)
        validation_loss, figures = task.validate(validation) if validation else (None, {})
        emit(_epoch_event(state, validation_loss, figures, time.perf_counter() - started))
        _end_epoch(state, _train_loss(state) if validation_loss is None else validation_loss)
        if state.best_epoch == state.epoch - 1:
            _save(folder / BEST, task, optimiser, noise, state)
            emit(CheckpointSaved(state.epoch - 1, best=True))
        if state.epoch % settings.checkpoint_every == 0 or state.epoch == settings.epochs:
            _save(folder / LAST, task, optimiser, noise, state)
            emit(CheckpointSaved(state.epoch - 1, best=False))
    return finish(stopped=False)


def _optimiser(task: Task, settings: TrainingSettings) -> torch.optim.Optimizer:
    """AdamW as in the public Site-Net code: amsgrad, eps 1e-7."""
    parameters = [parameter for group in task.clip_groups for parameter in group]
    return torch.optim.AdamW(
        parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay, amsgrad=True, eps=1e-7
    )


def _set_learning_rate(optimiser: torch.optim.Optimizer, settings: TrainingSettings, epoch: float) -> None:
    """Set the rate for a point in the run, `epoch` counted with its fraction."""
    factor = 1.0
    if settings.schedule == "cosine":
        done = epoch / settings.epochs
        rising = done / WARM_UP + 1e-3
        falling = 0.5 * (1 + math.cos(math.pi * max(0.0, done - WARM_UP) / (1 - WARM_UP)))
        factor = min(rising, falling)
    for group in optimiser.param_groups:
        group["lr"] = settings.learning_rate * factor


def _step(
    loss: Tensor, optimiser: torch.optim.Optimizer, task: Task, settings: TrainingSettings, epoch: int
) -> None:
    if not torch.isfinite(loss):
        raise TrainingDiverged(
            f"The loss is no longer a number in epoch {epoch + 1}.",
            "Lower the learning rate, or look for wrong values among the labels.",
        )
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    if settings.gradient_clip > 0:
        for group in task.clip_groups:
            torch.nn.utils.clip_grad_norm_(group, settings.gradient_clip)
    optimiser.step()


def _add(state: Progression, loss: float, metrics: Metrics, count: int) -> None:
    state.loss_sum += loss * count
    state.num_seen += count
    for name, value in metrics.items():
        state.metric_sums[name] = state.metric_sums.get(name, 0.0) + value * count


def _train_loss(state: Progression) -> float:
    return state.loss_sum / state.num_seen


def _epoch_event(
    state: Progression, validation_loss: float | None, figures: Metrics, seconds: float
) -> EpochEnded:
    means = {name: total / state.num_seen for name, total in state.metric_sums.items()}
    return EpochEnded(
        epoch=state.epoch,
        train_loss=_train_loss(state),
        validation_loss=validation_loss,
        seconds=seconds,
        metrics={**means, **figures},
    )


def _end_epoch(state: Progression, loss: float) -> None:
    if not math.isfinite(loss):
        raise TrainingDiverged(
            f"The validation loss is no longer a number in epoch {state.epoch + 1}.",
            "Lower the learning rate.",
        )
    if state.best_loss is None or loss < state.best_loss:
        state.best_loss, state.best_epoch = loss, state.epoch
    state.epoch += 1
    state.next_batch, state.num_seen, state.loss_sum, state.metric_sums = 0, 0, 0.0, {}


def _patience_lost(state: Progression, settings: TrainingSettings) -> bool:
    return 0 < settings.patience <= state.epoch - 1 - state.best_epoch


def _validation_batches(
    task: Task, graphs: Sequence[CrystalGraph], indices: Sequence[int], budget: int, device: torch.device
) -> list[tuple[Sequence[int], Batch]]:
    if len(indices) < task.fewest_per_batch:
        return []
    counts = [graphs[index].num_pairs for index in indices]
    batches = batches_by_pairs(counts, budget, None, task.fewest_per_batch)
    chosen = [[indices[k] for k in batch] for batch in batches]
    return [(batch, collate([graphs[k] for k in batch]).to(device)) for batch in chosen]


def _save(
    path: Path, task: Task, optimiser: torch.optim.Optimizer, noise: torch.Generator, state: Progression
) -> None:
    progress: dict[str, Any] = copy.deepcopy(state.__dict__)
    save_checkpoint(
        path, Checkpoint(task.network.state_dict(), optimiser.state_dict(), noise.get_state(), progress)
    )


def _restore(path: Path, task: Task, optimiser: torch.optim.Optimizer, noise: torch.Generator) -> Progression:
    if not path.exists():
        return Progression()
    checkpoint = load_checkpoint(path)
    task.network.load_state_dict(checkpoint.weights)
    optimiser.load_state_dict(checkpoint.optimiser)
    noise.set_state(checkpoint.noise)
    return Progression(**checkpoint.progress)


def _finish(
    task: Task, folder: Path, state: Progression, keep: str, *, stopped: bool, is_validated: bool
) -> Outcome:
    best = folder / BEST
    if keep == "best" and best.exists():
        task.network.load_state_dict(load_checkpoint(best).weights)
    task.set_training(False)
    return Outcome(stopped, state.epoch, state.best_epoch, state.best_loss, is_validated)
