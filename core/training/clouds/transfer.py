"""Transfer between the tasks on clouds: whether one that was learned before helps another with few clouds.

As in arXiv 2411.14680 (figure 4): each task is learned from few clouds, from scratch and after each of the
tasks, with the core of that one frozen or free. Other than there, every task has its whole head anew, and all
cells are judged on the same clouds.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.config import TrainingSettings
from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.errors import TooFewStructures
from core.events import Event, Message, Progress
from core.graphs.clouds.clouds import Clouds
from core.graphs.clouds.split import CloudSplit
from core.objectives.clouds import TASKS, create_cloud_task
from core.objectives.clouds.cloud_task import CloudTask
from core.training.clouds.train import judge, train_on_clouds
from core.training.clouds.transfer_table import (
    Start,
    TransferCell,
    TransferPoint,
    TransferRow,
    TransferTable,
    learning_curves,
)

_TRAINING = TrainingSettings(learning_rate=3e-3, pairs_per_batch=12_800, keep="last", checkpoint_every=10_000)


@dataclass(frozen=True)
class TransferPlan:
    """What is compared, and how much is spent on it.

    Clouds are counted as they are drawn: one that is drawn twice counts twice. dropout: as in all tasks.
    """

    counts: tuple[int, ...] = (50, 150, 500, 1_500, 5_000, 15_000)
    replicas: int = 10
    sources: tuple[str, ...] = tuple(TASKS)
    targets: tuple[str, ...] = tuple(TASKS)
    # besides from scratch: whether the core that comes from another task stays as it is, or learns on
    starts: tuple[Start, ...] = ("frozen", "free")
    width: int = 32
    num_blocks: int = 3
    tied: bool = False
    dropout: float = 0.0
    clouds_drawn_before: int = 1_000_000
    clouds_drawn_in_cell: int = 100_000
    clouds_judged: int = 10_000
    training: TrainingSettings = _TRAINING
    # what the results say of what was cut; empty for the full study
    remark: str = ""


FULL = TransferPlan()
CPU = TransferPlan(
    counts=(50, 150, 500),
    replicas=3,
    width=16,
    num_blocks=2,
    tied=True,
    clouds_drawn_before=20_000,
    clouds_drawn_in_cell=3_000,
    clouds_judged=500,
    remark="Cut to an hour on two cores: 3 replicas in place of 10, at most 500 clouds, two tied blocks of "
    "width 16 in place of three of width 32, and a thirtieth of the learning or less.",
)


def plan_transfer_cells(plan: TransferPlan) -> list[TransferCell]:
    """All cells in the order in which they are done: every comparison once, then the next replica."""
    return [
        TransferCell(target, source, start, number, replica)
        for replica in range(plan.replicas)
        for number in plan.counts
        for target in plan.targets
        for source, start in _beginnings(plan)
    ]


def run_transfer(
    plan: TransferPlan,
    clouds: Clouds,
    split: CloudSplit,
    *,
    seed: int,
    folder: Path,
    device: torch.device,
    emit: Callable[[Event], None],
    should_stop: Callable[[], bool],
) -> list[TransferPoint]:
    """Learn every task, then run every cell that is not done; return what is known of the learning curves.

    Goes on where it was stopped or killed, from what is in the folder: a task that is half learned, and
    transfer.csv. Raises TooFewStructures where there are fewer clouds than a cell needs.
    """
    if len(split.train) < max(plan.counts):
        raise TooFewStructures(
            f"{max(plan.counts):,} clouds are needed to learn from; there are {len(split.train):,}.",
            "Add particles or replicas, or compare fewer clouds.",
        )
    study = _Study(plan, clouds, split, seed, folder, device, should_stop)
    if plan.remark:
        emit(Message("info", plan.remark))
    table, cells = TransferTable(folder), plan_transfer_cells(plan)
    cores: dict[str, dict[str, Tensor]] = {}
    for name in plan.sources:
        emit(Progress(f"learning {name}", len(cores), len(plan.sources)))
        if not should_stop():
            cores[name] = study.learned_core(name)
    for done, cell in enumerate(cells):
        if should_stop():
            break
        if not table.is_done(cell):
            emit(Progress(cell.words, done, len(cells)))
            row = study.run(cell, cores.get(cell.source))
            if row is not None:
                table.put(row)
    better = {name: TASKS[name].higher_is_better for name in plan.targets}
    return learning_curves(table.rows, better)


@dataclass(frozen=True, eq=False)
class _Study:
    """All that cells have in common."""

    plan: TransferPlan
    clouds: Clouds
    split: CloudSplit
    seed: int
    folder: Path
    device: torch.device
    should_stop: Callable[[], bool]

    def learned_core(self, name: str) -> dict[str, Tensor]:
        """Weights of the core after a task was learned from all clouds, or as far as until now."""
        folder = self.folder / f"learned-{name.replace(' ', '_')}"
        folder.mkdir(parents=True, exist_ok=True)
        task = self._task(name, replica=0)
        self._learn(task, self.split.train, self.plan.clouds_drawn_before, folder, replica=0)
        return {key: one.clone() for key, one in task.core.state_dict().items()}

    def run(self, cell: TransferCell, core: dict[str, Tensor] | None) -> TransferRow | None:
        """Learn what a cell is about, and judge it; None where it was stopped."""
        started = time.perf_counter()
        folder = self.folder / "cell"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        task = self._task(cell.target, cell.replica)
        if core is not None:
            task.core.load_state_dict(core)
        if cell.start == "frozen":
            task.freeze_core()
        chosen = np.random.default_rng([self.seed, cell.replica]).permutation(self.split.train)
        few = chosen[: cell.num_clouds]
        is_stopped = self._learn(task, few, self.plan.clouds_drawn_in_cell, folder, cell.replica)
        shutil.rmtree(folder, ignore_errors=True)
        if is_stopped:
            return None
        _, figures = judge(task, self.clouds.select(self._judged()), self.plan.training)
        seconds = round(time.perf_counter() - started, 3)
        return TransferRow(cell, figures[task.score], figures[f"trivial {task.score}"], seconds)

    def _task(self, name: str, replica: int) -> CloudTask:
        """A task that nothing was learned in; the weights are those of its replica in all cells."""
        plan = self.plan
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed * 1_000_003 + replica)
            core = CloudCore(
                len(self.clouds.species_names),
                width=plan.width,
                num_blocks=plan.num_blocks,
                tied=plan.tied,
                dropout=plan.dropout,
            )
            levels = np.unique(self.clouds.noise).tolist()
            return create_cloud_task(name, core, self.clouds.structure_names, levels).to(self.device)

    def _learn(
        self, task: CloudTask, indices: NDArray[np.int64], drawn: int, folder: Path, replica: int
    ) -> bool:
        """Learn from some clouds, with as many epochs as it takes; say whether it was stopped."""
        epochs = max(1, round(drawn / len(indices)))
        outcome = train_on_clouds(
            task,
            self.clouds,
            CloudSplit(indices, indices[:0]),
            settings=self.plan.training.model_copy(update={"epochs": epochs}),
            seed=self.seed + replica,
            folder=folder,
            emit=lambda event: None,
            should_stop=self.should_stop,
        )
        return outcome.stopped

    def _judged(self) -> NDArray[np.int64]:
        """Those clouds that all cells are judged on."""
        chosen = np.random.default_rng(self.seed).permutation(self.split.validation)
        return np.sort(chosen[: self.plan.clouds_judged])


def _beginnings(plan: TransferPlan) -> Iterator[tuple[str, Start]]:
    yield "", "scratch"
    for source in plan.sources:
        for start in plan.starts:
            yield source, start
