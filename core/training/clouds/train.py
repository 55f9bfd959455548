"""Training on clouds of points: the same rules as for crystals, with batches of clouds."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from core.config import TrainingSettings
from core.errors import TooFewStructures
from core.events import CheckpointSaved, EpochEnded, Event, Progress
from core.graphs.clouds.clouds import Clouds
from core.graphs.clouds.split import CloudSplit
from core.objectives.clouds.cloud_task import CloudInputs, CloudTask, Figures
from core.training.learning_rate import rate_factor
from core.training.loop.checkpoint import Checkpoint, load_checkpoint, load_weights, save_checkpoint
from core.training.loop.train import BEST, LAST, Outcome, TrainingDiverged

VALIDATION_NOISE_SEED = 241114680  # the same noise at every epoch, so that validation losses compare


@dataclass
class Standing:
    """Where a training stands; all of it goes into the checkpoint.

    num_seen: how many clouds of the epoch are done, the first ones in its order.
    """

    epoch: int = 0
    loss_sum: float = 0.0
    num_seen: int = 0
    best_loss: float | None = None
    best_epoch: int = -1


def train_on_clouds(
    task: CloudTask,
    clouds: Clouds,
    split: CloudSplit,
    *,
    settings: TrainingSettings,
    seed: int,
    folder: Path,
    emit: Callable[[Event], None],
    should_stop: Callable[[], bool],
) -> Outcome:
    """Train until the epochs are done, patience is lost, or a stop is asked for.

    A batch has as many clouds as `settings.pairs_per_batch` allows. Goes on from `folder`/last.safetensors
    where there is one; on the same kind of device the resumed training equals the uninterrupted one bit for
    bit. The best network by validation loss or the last one is in the task at the end, as `settings.keep`
    says. Works where the weights of the task are. Raises TooFewStructures, TrainingDiverged and DiskFull.
    """
    if not len(split.train):
        raise TooFewStructures("There are no clouds to learn from.", "Add particles.")
    parameters = [one for one in task.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(
        parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay, eps=1e-7
    )
    training = _Training(task, optimiser, Generator().manual_seed(seed), folder)
    state = training.restore()
    stopped = False
    while not _is_over(state, settings) and not (stopped := should_stop()):
        started = time.perf_counter()
        task.train()
        for indices in batches_of(_order(split.train, seed, state), clouds, settings):
            done = (state.epoch + state.num_seen / len(split.train)) / settings.epochs
            state.loss_sum += training.step(clouds.select(indices), settings, done) * len(indices)
            state.num_seen += len(indices)
            total = state.epoch * len(split.train) + state.num_seen
            emit(Progress("training", total, settings.epochs * len(split.train)))
            if stopped := should_stop():
                break
        else:
            loss, figures = judge(task, clouds.select(split.validation), settings)
            emit(_epoch_ended(state, loss, figures, time.perf_counter() - started))
            for name in _end_epoch(state, loss, settings):
                training.save(name, state)
                emit(CheckpointSaved(state.epoch - 1, best=name == BEST))
    if stopped:
        training.save(LAST, state)
    if settings.keep == "best" and (folder / BEST).exists():
        load_weights(task, load_checkpoint(folder / BEST), folder / BEST)
    return Outcome(
        stopped, state.epoch, state.best_epoch, state.best_loss, is_validated=len(split.validation) > 0
    )


def batches_of(
    indices: NDArray[np.int64], clouds: Clouds, settings: TrainingSettings
) -> Iterator[NDArray[np.int64]]:
    """Divide the indices of clouds into batches with at most as many pairs as are allowed."""
    size = max(1, settings.pairs_per_batch // clouds.num_points**2)
    for start in range(0, len(indices), size):
        yield indices[start : start + size]


@torch.no_grad()
def judge(task: CloudTask, clouds: Clouds, settings: TrainingSettings) -> tuple[float | None, Figures]:
    """Give the loss of a task on clouds, and its figures, those of the trivial guess beside them.

    Noise is the same each time. Without clouds there is no loss.
    """
    if not len(clouds):
        return None, {}
    task.eval()
    noise = Generator().manual_seed(VALIDATION_NOISE_SEED)
    found, shown, aims, losses = [], [], [], []
    for indices in batches_of(np.arange(len(clouds)), clouds, settings):
        inputs, targets = task.make_inputs(clouds.select(indices), noise)
        loss, guesses = task.learn(inputs, targets)
        losses.append(loss.item() * len(indices))
        found.append(guesses)
        aims.append(targets)
        shown.append(inputs)
    targets, whole = torch.cat(aims), CloudInputs(*(torch.cat(parts) for parts in zip(*shown, strict=True)))
    figures = task.figures(torch.cat(found), targets)
    baseline = task.figures(task.trivial(whole, targets), targets)  # of all together: it counts classes
    return sum(losses) / len(clouds), {**figures, **{f"trivial {name}": baseline[name] for name in baseline}}


@dataclass
class _Training:
    """What changes with each step, and is written and read together."""

    task: CloudTask
    optimiser: torch.optim.Optimizer
    noise: Generator
    folder: Path

    def step(self, clouds: Clouds, settings: TrainingSettings, done: float) -> float:
        """Learn from a batch of clouds when the share `done` of the run is over; give its loss."""
        for group in self.optimiser.param_groups:
            group["lr"] = settings.learning_rate * rate_factor(done, settings)
        inputs, targets = self.task.make_inputs(clouds, self.noise)
        device = inputs.vectors.device
        with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
            # Dropout and codes draw from the generator of torch: its state follows that of the noise.
            torch.manual_seed(int(torch.randint(1 << 62, (), generator=self.noise)))
            loss, _ = self.task.learn(inputs, targets)
        _check_finite(loss)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if settings.gradient_clip > 0:
            torch.nn.utils.clip_grad_norm_(self.task.parameters(), settings.gradient_clip)
        self.optimiser.step()
        return loss.item()

    def save(self, name: str, state: Standing) -> None:
        """Write all of it to a file of the folder."""
        weights, moments = self.task.state_dict(), self.optimiser.state_dict()
        save_checkpoint(
            self.folder / name, Checkpoint(weights, moments, self.noise.get_state(), asdict(state))
        )

    def restore(self) -> Standing:
        """Go back to what was written last, if anything was."""
        path = self.folder / LAST
        if not path.exists():
            return Standing()
        checkpoint = load_checkpoint(path)
        load_weights(self.task, checkpoint, path)
        self.optimiser.load_state_dict(checkpoint.optimiser)
        self.noise.set_state(checkpoint.noise)
        return Standing(**checkpoint.progress)


def _check_finite(loss: Tensor) -> None:
    if not torch.isfinite(loss):
        raise TrainingDiverged("The loss is no longer a number.", "Lower the learning rate.")


def _order(indices: NDArray[np.int64], seed: int, state: Standing) -> NDArray[np.int64]:
    """Shuffle clouds as is due in this epoch, and give those that are not done yet."""
    shuffled: NDArray[np.int64] = np.random.default_rng([seed, state.epoch]).permutation(indices)
    return shuffled[state.num_seen :]


def _epoch_ended(state: Standing, loss: float | None, figures: Figures, seconds: float) -> EpochEnded:
    return EpochEnded(
        epoch=state.epoch,
        train_loss=state.loss_sum / state.num_seen,
        validation_loss=loss,
        seconds=seconds,
        metrics={**figures},
    )


def _end_epoch(state: Standing, loss: float | None, settings: TrainingSettings) -> Iterator[str]:
    """Go on to the next epoch; name the files that are to be written now."""
    judged = state.loss_sum / state.num_seen if loss is None else loss
    is_best = state.best_loss is None or judged < state.best_loss
    if is_best:
        state.best_loss, state.best_epoch = judged, state.epoch
    state.epoch += 1
    state.num_seen, state.loss_sum = 0, 0.0
    if is_best and settings.keep == "best":
        yield BEST
    if state.epoch % settings.checkpoint_every == 0 or state.epoch == settings.epochs:
        yield LAST


def _is_over(state: Standing, settings: TrainingSettings) -> bool:
    patience_lost = 0 < settings.patience <= state.epoch - 1 - state.best_epoch
    return state.epoch >= settings.epochs or patience_lost
