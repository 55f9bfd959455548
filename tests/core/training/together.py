"""Trainings in float64 that one process does, or several do together; run as a program, by one of those."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from core.config import (
    CGCNNSettings,
    DeepInfoMaxSettings,
    GeometricAlgebraSettings,
    Settings,
    SiteNetMultiheadSettings,
    SiteNetSettings,
    SupervisedSettings,
    TrainingSettings,
    TransferSettings,
)
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.graphs import process_group
from core.graphs.batch import Batch
from core.graphs.build import build_crystal_graph
from core.graphs.process_group import OthersFailed, Trouble
from core.jobs import rank
from core.objectives.deep_infomax import DeepInfoMax
from core.structures.structure import Structure
from core.training.finetuning import FinetuneTask, fit_normalisers
from core.training.loop.memory import WhenFull
from core.training.loop.task import Metrics
from core.training.loop.train import train
from core.training.model.model_card import Lineage, ModelCard, NormaliserCard
from core.training.model.model_file import Model, new_head
from core.training.pretraining import PretrainTask
from core.training.targets import read_targets
from tests.core.salts import SIZE, salt_rows

NUM_TRAIN = 9  # of the first twelve salts
SITE_NET = SiteNetSettings(supercell_sites=8, hidden_width=8, site_width=4, crystal_width=4)
CGCNN = CGCNNSettings(site_width=8, crystal_width=8, convolutions=2)
ANGLES = GeometricAlgebraSettings(blocks=1, hidden_width=8, site_width=4, crystal_width=4)
MULTIHEAD = SiteNetMultiheadSettings(
    supercell_sites=8, blocks=2, heads=2, head_width=4, pair_width=4, attention_width=4, element_width=8
)


class InDoubles:
    """A task that computes in float64, where rounding tells nothing apart that is the same."""

    def __init__(self, task: Any) -> None:
        self._task = task
        task.network.double()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._task, name)

    def training_loss(
        self, indices: Sequence[int], batch: Batch, noise: torch.Generator
    ) -> tuple[Tensor, Metrics]:
        return self._task.training_loss(indices, batch.double(), noise)

    def validate(self, batches: Iterable[tuple[Sequence[int], Batch]]) -> tuple[float, Metrics]:
        return self._task.validate((indices, batch.double()) for indices, batch in batches)


@dataclass(frozen=True)
class Case:
    """A training: an encoder with an objective, or with labels where that is None."""

    encoder: str
    settings: Settings
    objective: DeepInfoMaxSettings | None = None
    pairs_per_batch: int = 150

    def task(self, rows: Sequence[dict[str, Any]], num_features: int) -> InDoubles:
        """The task with its first weights, the same in every process."""
        torch.manual_seed(0)
        encoder = create_encoder(self.encoder, self.settings, num_features)
        if self.objective is not None:
            fractions = torch.rand(len(rows), 103, generator=torch.Generator().manual_seed(0))
            return InDoubles(
                PretrainTask(DeepInfoMax(encoder, self.objective, num_features), fractions.double())
            )
        return InDoubles(self._supervised(encoder, rows, num_features))

    def _supervised(
        self, encoder: Encoder, rows: Sequence[dict[str, Any]], num_features: int
    ) -> FinetuneTask:
        targets = read_targets(rows, (SIZE,))
        (normaliser,) = fit_normalisers(targets, torch.arange(NUM_TRAIN).numpy(), (SIZE,))
        card = ModelCard(
            encoder=self.encoder,
            encoder_settings=self.settings.model_dump(),
            num_features=num_features,
            head_width=8,
            properties=(SIZE,),
            normalisers=(NormaliserCard(mean=normaliser.mean, std=normaliser.std),),
            elements=(),
            num_train=NUM_TRAIN,
            lineage=Lineage(run="0001", kind="finetune", seed=0, structures_sha256=""),
        )
        model = Model(card, encoder, new_head(card, encoder), None)
        return FinetuneTask(model, targets, (SIZE,), SupervisedSettings(head_width=8), TransferSettings())


def _compared(**changes: Any) -> DeepInfoMaxSettings:
    return DeepInfoMaxSettings(scorer_width=8, **changes)


CASES: dict[str, Case] = {
    "labels": Case("cgcnn", CGCNN),
    "labels, attention": Case("cgcnn", CGCNN.model_copy(update={"messages": "attention", "heads": 2})),
    "labels, fewer crystals than processes": Case("cgcnn", CGCNN, pairs_per_batch=1),
    "labels, several heads": Case("site_net_multihead", MULTIHEAD),
    "labels, angles": Case("geometric_algebra", ANGLES),
    "crystals compared": Case("site_net", SITE_NET, _compared()),
    "crystals compared, two in a batch": Case("site_net", SITE_NET, _compared(), pairs_per_batch=1),
    "crystals compared, statistics": Case("cgcnn", CGCNN, _compared()),
    "crystals compared, contrastive": Case(
        "cgcnn", CGCNN, _compared(form="infonce", prior_weight=0.1, composition_weight=0.1)
    ),
}

RESUMED = "crystals compared, statistics"


def do(
    case: Case,
    folder: Path,
    *,
    stop_after: int = 1000,
    full: Callable[[Batch], bool] = lambda batch: False,
) -> tuple[dict[str, Tensor], list[str]]:
    """Train, or go on with what is in the folder; give the weights, and what was said of the memory.

    stop_after: how many batches to do, less one. full: whether a batch uses up the memory of this process.
    """
    rows, asked = salt_rows()[:12], iter(range(1_000_000))
    graphs = [build_crystal_graph(Structure.from_dict(row["structure"]), case.settings) for row in rows]
    task = case.task(rows, graphs[0].site_features.shape[1])
    loss_of, told = task.training_loss, list[str]()

    def training_loss(indices: Sequence[int], batch: Batch, noise: torch.Generator) -> tuple[Tensor, Metrics]:
        if full(batch):
            raise RuntimeError("out of memory")
        return loss_of(indices, batch, noise)

    task.training_loss = training_loss  # type: ignore[method-assign]
    folder.mkdir(parents=True, exist_ok=True)
    train(
        task,
        graphs,
        train_indices=range(NUM_TRAIN),
        validation_indices=range(NUM_TRAIN, len(graphs)),
        settings=TrainingSettings(
            epochs=1, pairs_per_batch=case.pairs_per_batch, learning_rate=0.01, checkpoint_every=1
        ),
        seed=7,
        device=torch.device("cpu"),
        folder=folder,
        emit=lambda event: None,
        should_stop=lambda: next(asked) > stop_after,
        when_full=WhenFull([row["name"] for row in rows], True, told.append),
    )
    return dict(task.network.state_dict()), told


def tasks_of_all(folder: Path) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """What several processes do: every case, one that one process began, one that they begin, a full one."""
    for number, (name, case) in enumerate(CASES.items()):
        yield name, do(case, folder / f"case-{number}")[0]
    yield "resumed", do(CASES[RESUMED], folder / "begun-alone")[0]
    yield "begun", do(CASES[RESUMED], folder / "begun-together", stop_after=0)[0]
    is_last = rank.rank() == process_group.count() - 1
    weights, told = do(
        CASES["labels"], folder / "full", full=lambda batch: is_last and batch.num_crystals > 1
    )
    yield "full", {**weights, "times told": torch.tensor(len(told))}


def main(folder: Path) -> None:
    """Do it all, and leave the weights of this process in files of its own; then let one fail."""
    torch.set_num_threads(1)
    with process_group.joined():
        for number, (_, weights) in enumerate(tasks_of_all(folder)):
            save_file(
                {key: tensor.contiguous() for key, tensor in weights.items()},
                folder / f"{number}-of-{rank.rank()}.safetensors",
            )
        _hear_of_trouble(folder)


def _hear_of_trouble(folder: Path) -> None:
    """Let the last process fail, and the first, which waits for a sum, note what it hears of it."""
    if rank.rank() == process_group.count() - 1:
        process_group.agree(Trouble.FAILED, "It is broken.", "Mend it.")
        return
    try:
        process_group.sum_over_all(torch.ones(1))
    except OthersFailed as error:
        (folder / "heard.txt").write_text(f"{error.message} {error.hint}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
