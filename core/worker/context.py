"""What every job has at hand: its folder, its settings, a device, and somebody to tell."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, cast

from core.config import Settings, TrainingSettings
from core.evaluation.trust.domain import Crystals, stored_structures
from core.events import Event, Message, Progress
from core.graphs import process_group
from core.inspection.encode import Encoded, encode_what_fits
from core.jobs import rank
from core.jobs.run_folder import RunFolder
from core.training.ensemble import Member, num_folds
from core.training.loop.checkpoint import load_checkpoint
from core.training.loop.device import choose_device
from core.training.loop.memory import WhenFull
from core.training.loop.task import Task
from core.training.loop.train import LAST, Outcome, train
from core.training.model.model_card import Lineage
from core.training.model.model_file import Model, save_model
from core.training.preparation import PreparedStructures, Skipped, prepare
from core.training.splits import Split, group_names, split_folds

TOO_LARGE = "It does not fit into the memory."


class StopRequested(Exception):
    """The user wants the job to stop; what was done is kept."""


class JobContext:
    """One job on its way: reads job.json, chooses the device, reports events."""

    def __init__(self, run: RunFolder, emit: Callable[[Event], None]) -> None:
        self.run = run
        self.emit = emit
        self.spec = run.spec()
        self.settings = cast(Any, self.spec.typed_settings())  # the model of this kind of job
        self.device = choose_device(self.settings.compute)

    @property
    def num_epochs(self) -> int:
        """Epochs this job will train; 0 for one that does not, and for a study, which counts cells."""
        training: TrainingSettings | None = getattr(self.settings, "training", None)
        return 0 if training is None or self.spec.kind == "study" else training.epochs * self.num_members

    @property
    def num_members(self) -> int:
        """How many networks this job trains, one after the other."""
        return getattr(getattr(self.settings, "training", None), "num_networks", 1)

    def member(self, number: int) -> Member:
        """One of the networks, by its number from 0."""
        kind = Member if rank.is_first() else _MemberOfAnother
        return kind(number, self.num_members, self.run.checkpoints, self.spec.seed)

    def epochs_done(self) -> int:
        """Epochs that are finished networks and the last checkpoint of the present one have behind them."""
        members = [self.member(number) for number in range(self.num_members)]
        present = next((member for member in members if not member.is_finished), None)
        if present is None:
            return self.num_epochs
        path = present.checkpoints / LAST
        own = int(load_checkpoint(path).progress["epoch"]) if path.exists() else 0
        return own + present.number * (self.num_epochs // self.num_members)

    def progress(self, stage: str) -> Callable[[int, int], None]:
        """A callback that reports steps of the named stage; all but the last may raise StopRequested."""

        def tell(done: int, total: int) -> None:
            self.emit(Progress(stage, done, total))
            if done < total and self.run.stop_file.exists():
                raise StopRequested

        return tell

    def prepare(
        self, encoder_settings: Settings, unknown_elements: frozenset[str] = frozenset()
    ) -> PreparedStructures:
        """Build the graphs of the job's structures, and say which could not be used."""
        on_progress = self.progress("preparing structures")
        compute = self.settings.compute
        prepared = process_group.first_then_others(
            lambda: prepare(self.run, encoder_settings, compute, on_progress, unknown_elements)
        )
        for skipped in prepared.skipped:
            self.emit(Message("warning", f"'{skipped.name}' is left out: {skipped.reason}"))
        return prepared

    def splits(
        self, rows: Sequence[dict[str, Any]], *, test_fraction: float, group_by: str = "random"
    ) -> list[Split]:
        """Divide rows as the settings say, duplicates and what `group_by` names kept together.

        One split for each network, all with the same test.
        """
        training: TrainingSettings = self.settings.training
        count = num_folds(self.num_members, round(training.validation_fraction * len(rows)))
        splits = split_folds(
            group_names(rows, group_by),
            validation_fraction=training.validation_fraction,
            test_fraction=test_fraction,
            num_folds=count,
            seed=self.spec.seed,
        )
        return [splits[number % count] for number in range(self.num_members)]

    def train(
        self, task: Task, prepared: PreparedStructures, split: Split, member: Member | None = None
    ) -> Outcome:
        """Run the training loop on the task, the only or one of several networks of this job."""
        member = member or self.member(0)
        member.checkpoints.mkdir(exist_ok=True)
        epochs = self.settings.training.epochs
        return train(
            task,
            prepared.graphs,
            train_indices=split.train.tolist(),
            validation_indices=split.validation.tolist(),
            settings=self.settings.training,
            seed=member.seed,
            device=self.device.torch_device,
            folder=member.checkpoints,
            emit=lambda event: self.emit(member.placed(event, epochs)),
            should_stop=self.run.stop_file.exists,
            when_full=self.when_full(prepared),
        )

    def when_full(self, prepared: PreparedStructures) -> WhenFull:
        """What this job does when the memory is used up."""
        names = [row["name"] for row in prepared.rows]
        leave_out = self.settings.compute.unusable == "leave_out"
        return WhenFull(names, leave_out, lambda text: self.emit(Message("warning", text)))

    def encode(
        self, model: Model, prepared: PreparedStructures, stage: str
    ) -> tuple[PreparedStructures, list[Encoded]]:
        """Run a model over the structures, those left out that do not fit into the memory, if they may be."""
        for member in model.members:
            self.device.place(member.encoder)
        device, on_progress = self.device.torch_device, self.progress(stage)
        encoded = encode_what_fits(model, prepared.graphs, device, on_progress, self.when_full(prepared))
        kept = prepared.without(set(range(len(prepared.rows))) - encoded.keys(), TOO_LARGE)
        return kept, [encoded[k] for k in sorted(encoded)]

    def crystals(self, prepared: PreparedStructures) -> Crystals:
        """Read the prepared structures again for what a model is to be trusted with."""
        on_progress = self.progress("looking at structures")
        return Crystals.of(stored_structures(self.run.structures(), prepared.rows, on_progress))

    def lineage(self, **changes: Any) -> Lineage:
        """Where a model made by this job comes from."""
        return Lineage(
            run=self.run.name,
            kind=self.spec.kind,
            seed=self.spec.seed,
            structures_sha256=self.spec.structures_sha256,
            versions=self.spec.versions,
            **changes,
        )

    def save_model(self, model: Model) -> None:
        """Write the model of this run; of several processes, the first does."""
        if rank.is_first():
            save_model(self.run.model_file, model)


class _MemberOfAnother(Member):
    """A network that the first of several processes keeps."""

    def finish(self, model: Model, outcome: Outcome) -> None:
        """Leave that to the first."""


def result_of_training(prepared: PreparedStructures, outcome: Outcome) -> dict[str, Any]:
    """The part of result.json that every training has."""
    too_large = [Skipped(prepared.rows[k]["name"], TOO_LARGE) for k in outcome.left_out]
    return {
        "epochs": outcome.epochs_done,
        "best_epoch": outcome.best_epoch,
        "best_validation_loss": outcome.best_validation_loss,
        "num_structures": len(prepared.rows),
        "skipped": [asdict(skipped) for skipped in [*prepared.skipped, *too_large]],
    }


def elements_of(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Every element on a site of the rows, by symbol."""
    return tuple(sorted({symbol for row in rows for symbol in row["composition"]}))
