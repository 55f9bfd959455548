"""The training loop: one function to be read from top to bottom."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import torch
from torch import Tensor

from core.config import TrainingSettings
from core.errors import CoreError
from core.events import CheckpointSaved, EpochEnded, Event, Progress
from core.graphs import process_group
from core.graphs.batch import Batch
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.shards.order import shuffled
from core.jobs import rank
from core.training.learning_rate import rate_factor
from core.training.loop.checkpoint import Checkpoint, load_checkpoint, load_weights, save_checkpoint
from core.training.loop.distributed import (
    check_can_be_shared,
    check_same_state,
    number_of_first,
    sum_gradients,
    take_weights_of_first,
    whole_steps,
)
from core.training.loop.memory import Batches, PairBudget, TooLarge, WhenFull
from core.training.loop.task import Metrics, Task

LAST = "last.safetensors"
BEST = "best.safetensors"


class TrainingDiverged(CoreError):
    """The loss is no longer a number."""


@dataclass
class Progression:
    """Where a training stands; all of it goes into the checkpoint.

    num_seen: how many crystals of the epoch are done, the first ones in its order.
    """

    budget: PairBudget
    epoch: int = 0
    loss_sum: float = 0.0
    metric_sums: Metrics = field(default_factory=dict)
    num_seen: int = 0
    best_loss: float | None = None
    best_epoch: int = -1


@dataclass(frozen=True)
class Outcome:
    """How a training ended; `best_loss` is of the validation split where that could be judged.

    left_out: the crystals, by index, that did not fit into the memory.
    """

    stopped: bool
    epochs_done: int
    best_epoch: int
    best_loss: float | None
    is_validated: bool = True
    left_out: tuple[int, ...] = ()

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
    when_full: WhenFull,
    seconds_between_checkpoints: float = 0.0,
) -> Outcome:
    """Train until the epochs are done, patience is lost, or a stop is asked for.

    Without validation structures the training loss decides which network is best. Goes on from
    `folder`/last.safetensors where there is one; on the same kind of device the resumed training equals the
    uninterrupted one bit for bit, but for one that ran out of memory. The best network by validation loss or
    the last one is in the task at the end, as `settings.keep` says; only where it is the best is that one
    written, to best.safetensors. A short training of many writes nothing before `seconds_between_checkpoints`
    have passed, unless it is stopped. Raises TrainingDiverged, TooLarge and DiskFull.

    The processes of a job call it alike and share each batch: they make the steps that one would make, and
    the first writes.
    """
    check_can_be_shared(task.network)
    optimiser = _optimiser(task, settings)
    noise = torch.Generator().manual_seed(seed)
    state = _restore(folder / LAST, task, optimiser, noise, settings)
    is_shared = process_group.count() > 1
    batches = Batches(graphs, state.budget, when_full, device, task.fewest_per_batch, is_shared)

    def step(indices: Sequence[int], batch: Batch) -> tuple[float, Metrics]:
        _go_on_to(state.epoch + state.num_seen / len(train_indices), task, optimiser, settings)
        loss, metrics = task.training_loss(indices, batch, noise)
        _step(loss, optimiser, task, settings, state.epoch)
        return float(loss.detach()), metrics

    keeper = _Keeper(folder, task, optimiser, noise, state, seconds_between_checkpoints)
    stopped = False
    while not _is_over(state, settings) and not (stopped := process_group.any_of_all(should_stop())):
        started = time.perf_counter()
        task.set_training(True)
        for indices, (loss, metrics) in batches.work(_order(graphs, train_indices, seed, state), step):
            _add(state, loss, metrics, len(indices))
            emit(_progress(state, settings, len(train_indices)))
            if stopped := process_group.any_of_all(should_stop()):
                break
        else:
            task.set_training(False)
            validation_loss, figures = _validate(task, batches, validation_indices)
            emit(_epoch_event(state, validation_loss, figures, time.perf_counter() - started))
            _end_epoch(state, _train_loss(state) if validation_loss is None else validation_loss)
            for name in keeper.due(settings):
                keeper.save(name)
                emit(CheckpointSaved(state.epoch - 1, best=name == BEST))
    if stopped:
        keeper.save(LAST)
    return _finish(task, folder, state, settings, len(validation_indices) >= task.fewest_per_batch)


def _validate(task: Task, batches: Batches, indices: Sequence[int]) -> tuple[float | None, Metrics]:
    """Loss and figures of the validation; no loss where there are too few crystals."""
    loss, figures = batches.work_on_all(indices, task.validate) or (None, {})
    return (None if loss is None else number_of_first(loss)), figures


def _optimiser(task: Task, settings: TrainingSettings) -> torch.optim.Optimizer:
    """AdamW as in the public Site-Net code: amsgrad, eps 1e-7; fused, which takes a fifth of the time."""
    groups = [{"params": list(parameters), "factor": factor} for parameters, factor in task.rate_groups]
    rate, decay = settings.learning_rate, settings.weight_decay
    return torch.optim.AdamW(groups, lr=rate, weight_decay=decay, amsgrad=True, eps=1e-7, fused=True)


def _go_on_to(epoch: float, task: Task, optimiser: torch.optim.Optimizer, settings: TrainingSettings) -> None:
    """Set what hangs on how much of the run is done, `epoch` counted with its fraction."""
    done = epoch / settings.epochs
    task.set_progress(done)
    rate = settings.learning_rate * rate_factor(done, settings)
    for group in optimiser.param_groups:
        # Checkpoints of an earlier version know one rate for all.
        group["lr"] = rate * group.get("factor", 1.0)


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
    sum_gradients(parameter for group in optimiser.param_groups for parameter in group["params"])
    if settings.gradient_clip > 0:
        for group in task.clip_groups:
            torch.nn.utils.clip_grad_norm_(group, settings.gradient_clip)
    with whole_steps():
        optimiser.step()


def _order(
    graphs: Sequence[CrystalGraph], train_indices: Sequence[int], seed: int, state: Progression
) -> list[int]:
    """Shuffle the crystals as is due in this epoch, and give those that are not done yet."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + state.epoch)
    left_out = set(state.budget.left_out)
    order = shuffled(graphs, train_indices, generator)
    return [k for k in order if k not in left_out][state.num_seen :]


def _add(state: Progression, loss: float, metrics: Metrics, count: int) -> None:
    state.loss_sum += loss * count
    state.num_seen += count
    for name, value in metrics.items():
        state.metric_sums[name] = state.metric_sums.get(name, 0.0) + value * count


def _progress(state: Progression, settings: TrainingSettings, num_train: int) -> Progress:
    """Crystals of all epochs together; one that is left out is not waited for."""
    return Progress("training", state.epoch * num_train + state.num_seen, settings.epochs * num_train)


def _train_loss(state: Progression) -> float:
    if state.num_seen == 0:
        raise TooLarge("No structure to train on fits into the memory.", "Use smaller cells or supercells.")
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
    state.num_seen, state.loss_sum, state.metric_sums = 0, 0.0, {}


def _is_over(state: Progression, settings: TrainingSettings) -> bool:
    patience_lost = 0 < settings.patience <= state.epoch - 1 - state.best_epoch
    return state.epoch >= settings.epochs or patience_lost


@dataclass
class _Keeper:
    """Writes the state of a training, the last one not too soon after the one before."""

    folder: Path
    task: Task
    optimiser: torch.optim.Optimizer
    noise: torch.Generator
    state: Progression
    seconds_between: float
    last_saved: float = field(default_factory=time.monotonic)

    def due(self, settings: TrainingSettings) -> Iterator[str]:
        """Names of the files to write at the end of an epoch."""
        epoch = self.state.epoch
        if settings.keep == "best" and self.state.best_epoch == epoch - 1:
            yield BEST
        has_time_passed = time.monotonic() - self.last_saved >= self.seconds_between
        if has_time_passed and (epoch % settings.checkpoint_every == 0 or epoch == settings.epochs):
            yield LAST
            self.last_saved = time.monotonic()

    def save(self, name: str) -> None:
        """Write one of them, in the first process."""
        if not rank.is_first():
            return
        weights, moments = self.task.network.state_dict(), self.optimiser.state_dict()
        checkpoint = Checkpoint(weights, moments, self.noise.get_state(), asdict(self.state))
        save_checkpoint(self.folder / name, checkpoint)


def _restore(
    path: Path,
    task: Task,
    optimiser: torch.optim.Optimizer,
    noise: torch.Generator,
    settings: TrainingSettings,
) -> Progression:
    state = _restored(path, task, optimiser, noise, settings)
    check_same_state(state.epoch, state.num_seen, state.budget.pairs)
    take_weights_of_first(task.network)
    return state


def _restored(
    path: Path,
    task: Task,
    optimiser: torch.optim.Optimizer,
    noise: torch.Generator,
    settings: TrainingSettings,
) -> Progression:
    budget = PairBudget(settings.pairs_per_batch)
    if not path.exists():
        return Progression(budget)
    checkpoint = load_checkpoint(path)
    load_weights(task.network, checkpoint, path)
    optimiser.load_state_dict(checkpoint.optimiser)
    noise.set_state(checkpoint.noise)
    # An older version kept no budget, and the number of the next batch besides.
    known = {one.name for one in fields(Progression)} & checkpoint.progress.keys()
    values = {name: checkpoint.progress[name] for name in known}
    return Progression(**{**values, "budget": PairBudget(**values.get("budget", asdict(budget)))})


def _finish(
    task: Task, folder: Path, state: Progression, settings: TrainingSettings, is_validated: bool
) -> Outcome:
    best = folder / BEST
    if settings.keep == "best" and rank.is_first() and best.exists():
        load_weights(task.network, load_checkpoint(best), best)
    take_weights_of_first(task.network)
    task.set_training(False)
    left_out = tuple(state.budget.left_out)
    stopped = not _is_over(state, settings)
    return Outcome(stopped, state.epoch, state.best_epoch, state.best_loss, is_validated, left_out)
