"""Several networks that learn the same: they differ by their seed and by what they hold out."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.events import CheckpointSaved, EpochEnded, Event, Progress
from core.jobs.atomic import write_json
from core.training.loop.train import BEST, LAST, Outcome
from core.training.model.model_card import MemberCard
from core.training.model.model_file import Model, load_model, save_model
from core.training.splits import Split

ENOUGH_HELD_OUT: Final = 30  # structures, for intervals of 90 % to be of about that

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Member:
    """One of the networks that a job trains one after the other; the only one has its folder to itself.

    number: from 0. count: of all. folder: for checkpoints of all. run_seed: that of the job.
    """

    number: int
    count: int
    folder: Path
    run_seed: int

    @property
    def checkpoints(self) -> Path:
        """Where this network keeps its state."""
        return self.folder if self.count == 1 else self.folder / f"member-{self.number + 1:02d}"

    @property
    def seed(self) -> int:
        """Seed of its random choices; the first has that of the job, so that it equals a network alone."""
        if self.number == 0:
            return self.run_seed
        return int(np.random.SeedSequence((self.run_seed, self.number)).generate_state(1)[0])

    @property
    def is_finished(self) -> bool:
        """Whether an earlier start of the job has trained it to the end."""
        return self._outcome_file.exists()

    def finish(self, model: Model, outcome: Outcome) -> None:
        """Keep a trained network in place of its checkpoints, for the job may still be interrupted."""
        if self.count == 1:
            return
        save_model(self._model_file, model)
        write_json(self._outcome_file, asdict(outcome))
        for name in (LAST, BEST):
            (self.checkpoints / name).unlink(missing_ok=True)

    def finished(self) -> tuple[Model, Outcome]:
        """The network as it was kept."""
        content = json.loads(self._outcome_file.read_text(encoding="utf-8"))
        outcome = Outcome(**{**content, "left_out": tuple(content["left_out"])})
        return load_model(self._model_file), outcome

    def placed(self, event: Event, epochs: int) -> Event:
        """An event of its training as one of the job, in which the networks of before have their epochs."""
        match event:
            case EpochEnded() | CheckpointSaved():
                return replace(event, epoch=event.epoch + self.number * epochs)
            case Progress("training", done, total):
                return Progress("training", done + self.number * total, total * self.count)
        return event

    @property
    def _model_file(self) -> Path:
        return self.checkpoints / "model.safetensors"

    @property
    def _outcome_file(self) -> Path:
        return self.checkpoints / "outcome.json"


def num_folds(count: int, fold_size: int) -> int:
    """How many different validations, of so many structures each, a number of networks have.

    As few as hold out enough to calibrate intervals, but two at least: the more networks hold out the same,
    the better is their spread known where they have learned nothing. Two networks always do.
    """
    wanted = math.ceil(ENOUGH_HELD_OUT / fold_size) if fold_size else 1
    return max(1, min(count // 2, max(2, wanted)))


def join_members(members: Sequence[Model]) -> Model:
    """Make one model of all networks, the first of which gives embeddings and attention."""
    first, *others = members
    cards = tuple(
        MemberCard(seed=one.card.lineage.seed, num_train=one.card.num_train, normalisers=one.card.normalisers)
        for one in others
    )
    elements = sorted({symbol for one in members for symbol in one.card.elements})
    card = first.card.model_copy(update={"members": cards, "elements": tuple(elements)})
    return Model(card, first.encoder, first.head, first.seen, first.domain, others)


def join_outcomes(outcomes: Sequence[Outcome]) -> Outcome:
    """How the trainings ended taken together: epochs added up, the mean of the lowest losses."""
    first = outcomes[0]
    losses = [one.best_loss for one in outcomes if one.best_loss is not None]
    return Outcome(
        stopped=any(one.stopped for one in outcomes),
        epochs_done=sum(one.epochs_done for one in outcomes),
        best_epoch=first.best_epoch,
        best_loss=float(np.mean(losses)) if losses else None,
        is_validated=all(one.is_validated for one in outcomes),
        left_out=tuple(sorted({k for one in outcomes for k in one.left_out})),
    )


def join_splits(splits: Sequence[Split]) -> Split:
    """What any of the networks learns from, what any of them holds out, and the test that all do.

    Of several networks, what one holds out others learn from: it is on both sides.
    """
    train = np.unique(np.concatenate([split.train for split in splits]))
    validation = np.unique(np.concatenate([split.validation for split in splits]))
    return Split(train, validation, splits[0].test)


def mean_and_spread(values: Floats) -> tuple[Floats, Floats]:
    """Mean over the networks, axis 1 of (C, M, K), and their standard deviation; NaN for fewer than two.

    NaN entries, of networks that do not count, are left out; the deviation divides by one less than the rest.
    """
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    squares = np.where(known, np.square(values - mean[:, None]), 0.0).sum(axis=1)
    variance = np.divide(squares, count - 1, out=np.full(total.shape, np.nan), where=count > 1)
    return mean, np.sqrt(variance)
