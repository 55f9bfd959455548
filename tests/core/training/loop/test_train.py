from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core.config import DeepInfoMaxSettings, SiteNetSettings, TrainingSettings
from core.encoders import create_encoder
from core.errors import DiskFull
from core.events import EpochEnded, Event, Message
from core.graphs.batch import Batch
from core.graphs.build import build_crystal_graph
from core.graphs.crystal_graph import CrystalGraph
from core.graphs.shards.build import build_shards
from core.graphs.shards.shards import ShardedGraphs
from core.objectives.deep_infomax import DeepInfoMax
from core.structures.structure import Structure
from core.training.loop import train as loop
from core.training.loop.checkpoint import load_checkpoint, save_checkpoint
from core.training.loop.memory import TooLarge, WhenFull
from core.training.loop.task import Metrics
from core.training.loop.train import BEST, LAST, Outcome, TrainingDiverged, train
from core.training.pretraining import PretrainTask

ENCODER = SiteNetSettings(
    supercell_sites=8, merge_equivalent=False, hidden_width=8, site_width=4, crystal_width=4
)
SETTINGS = TrainingSettings(epochs=3, pairs_per_batch=64, learning_rate=0.01, checkpoint_every=1)

PER_PAIR = ("pair_i", "pair_j", "distances", "pair_counts")
NAMES = [f"salt {k}" for k in range(32)]


@pytest.fixture
def graphs(salts: list[dict[str, Any]]) -> list[CrystalGraph]:
    return [build_crystal_graph(Structure.from_dict(row["structure"]), ENCODER) for row in salts]


def pretraining(graphs: Sequence[CrystalGraph]) -> PretrainTask:
    torch.manual_seed(0)
    num_features = graphs[0].site_features.shape[1]
    encoder = create_encoder("site_net", ENCODER, num_features)
    return PretrainTask(DeepInfoMax(encoder, DeepInfoMaxSettings(scorer_width=8), num_features))


def run(
    task: Any,
    graphs: Sequence[CrystalGraph],
    folder: Path,
    *,
    settings: TrainingSettings = SETTINGS,
    emit: Callable[[Event], None] = lambda event: None,
    stop_after: int | None = None,
    when_full: WhenFull | None = None,
    seconds_between_checkpoints: float = 0.0,
) -> Outcome:
    """Train on all but the last four salts; `stop_after` asks for a stop once so many batches are done."""
    folder.mkdir(exist_ok=True)
    asked = iter(range(10_000))
    return train(
        task,
        graphs,
        train_indices=range(len(graphs) - 4),
        validation_indices=range(len(graphs) - 4, len(graphs)),
        settings=settings,
        seed=7,
        device=torch.device("cpu"),
        folder=folder,
        emit=emit,
        should_stop=lambda: stop_after is not None and next(asked) >= stop_after,
        when_full=when_full or WhenFull(NAMES, True, lambda text: emit(Message("warning", text))),
        seconds_between_checkpoints=seconds_between_checkpoints,
    )


def epochs(events: Sequence[Event]) -> list[tuple[float | None, float | None]]:
    return [(e.train_loss, e.validation_loss) for e in events if isinstance(e, EpochEnded)]


@pytest.mark.parametrize("stop_after", [0, 1, 5, 11])
def test_a_resumed_training_equals_the_uninterrupted_one_bit_for_bit(
    graphs: list[CrystalGraph], tmp_path: Path, stop_after: int
):
    events: list[Event] = []
    whole = pretraining(graphs)
    run(whole, graphs, tmp_path / "whole", emit=events.append)

    pieces: list[Event] = []
    first = run(pretraining(graphs), graphs, tmp_path / "cut", emit=pieces.append, stop_after=stop_after)
    assert first.stopped
    resumed = pretraining(graphs)
    last = run(resumed, graphs, tmp_path / "cut", emit=pieces.append)

    assert not last.stopped
    assert epochs(pieces) == epochs(events)
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, resumed.network.state_dict()[name]), name
    states = [load_checkpoint(tmp_path / name / LAST).optimiser["state"] for name in ("whole", "cut")]
    for number, moments in states[0].items():
        assert all(torch.equal(moment, states[1][number][key]) for key, moment in moments.items())


def test_a_training_on_shards_goes_on_where_it_was_stopped(salts: list[dict[str, Any]], tmp_path: Path):
    build_shards(tmp_path, ENCODER, [(row["name"], row["structure"]) for row in salts], per_shard=5)
    whole, cut = (pretraining(ShardedGraphs(tmp_path)) for _ in range(2))
    run(whole, ShardedGraphs(tmp_path), tmp_path / "whole")
    assert run(cut, ShardedGraphs(tmp_path), tmp_path / "cut", stop_after=3).stopped
    run(cut, ShardedGraphs(tmp_path, most_open=1), tmp_path / "cut")
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, cut.network.state_dict()[name]), name


def test_pretraining_lowers_the_loss(graphs: list[CrystalGraph], tmp_path: Path):
    events: list[Event] = []
    settings = SETTINGS.model_copy(update={"epochs": 15})
    run(pretraining(graphs), graphs, tmp_path, settings=settings, emit=events.append)
    losses = [train_loss for train_loss, _ in epochs(events)]
    assert losses[-1] < losses[0] - 0.1


def test_the_network_with_the_lowest_validation_loss_is_kept(graphs: list[CrystalGraph], tmp_path: Path):
    events: list[Event] = []
    outcome = run(pretraining(graphs), graphs, tmp_path, emit=events.append)
    losses = [validation_loss for _, validation_loss in epochs(events)]
    assert outcome.best_loss == min(losses)
    assert outcome.best_epoch == losses.index(min(losses))
    assert (tmp_path / BEST).exists()


def test_without_validation_structures_the_training_loss_decides_and_is_not_called_otherwise(
    graphs: list[CrystalGraph], tmp_path: Path
):
    events: list[Event] = []
    outcome = train(
        pretraining(graphs),
        graphs,
        train_indices=range(8),
        validation_indices=[8],  # one crystal has nothing to be told from
        settings=SETTINGS,
        seed=7,
        device=torch.device("cpu"),
        folder=tmp_path,
        emit=events.append,
        should_stop=lambda: False,
        when_full=WhenFull([], True, lambda text: None),
    )
    losses, validation_losses = zip(*epochs(events), strict=True)
    assert set(validation_losses) == {None}
    assert outcome.best_loss == min(losses)
    assert outcome.best_validation_loss is None


@pytest.mark.parametrize(("keep", "kept_file"), [("best", BEST), ("last", LAST)])
def test_the_network_at_the_end_is_the_one_the_setting_asks_for(
    graphs: list[CrystalGraph], tmp_path: Path, keep: str, kept_file: str
):
    task = Scripted([2.0, 1.0, 3.0])
    run(task, graphs, tmp_path, settings=SETTINGS.model_copy(update={"keep": keep}))
    kept = load_checkpoint(tmp_path / kept_file).weights
    assert all(torch.equal(tensor, kept[name]) for name, tensor in task.network.state_dict().items())
    if keep == "best":
        last = load_checkpoint(tmp_path / LAST).weights
        assert not torch.equal(last["weight"], kept["weight"])
    else:
        assert not (tmp_path / BEST).exists()


def test_a_short_training_of_many_writes_nothing_but_when_stopped(graphs: list[CrystalGraph], tmp_path: Path):
    settings = SETTINGS.model_copy(update={"keep": "last"})
    for folder, stop_after in ((tmp_path / "whole", None), (tmp_path / "stopped", 2)):
        task = Scripted([2.0, 1.0, 3.0])
        run(task, graphs, folder, settings=settings, stop_after=stop_after, seconds_between_checkpoints=1e6)
    assert not list((tmp_path / "whole").iterdir())
    assert [path.name for path in (tmp_path / "stopped").iterdir()] == [LAST]


def test_the_task_knows_before_each_batch_how_much_of_the_run_is_done(
    graphs: list[CrystalGraph], tmp_path: Path
):
    task = Scripted([3.0, 2.0, 1.0])
    run(task, graphs, tmp_path)
    assert task.progress[0] == 0.0
    assert task.progress == sorted(task.progress)
    assert len(task.progress) == len(set(task.progress)) > 3
    assert task.progress[-1] < 1.0


def test_a_group_of_parameters_learns_as_much_slower_as_it_says(graphs: list[CrystalGraph], tmp_path: Path):
    moved = []
    for factor in (1.0, 0.1):
        task = Scripted([1.0])
        before = [parameter.detach().clone() for parameter in task.network.parameters()]
        task.rate_groups = [(list(task.network.parameters()), factor)]
        changes = {"epochs": 1, "weight_decay": 0.0, "learning_rate": 0.5, "schedule": "constant"}
        run(task, graphs, tmp_path / str(factor), settings=SETTINGS.model_copy(update=changes))
        steps = zip(task.network.parameters(), before, strict=True)
        moved.append(sum((one - other).abs().sum().item() for one, other in steps))
    assert moved[1] == pytest.approx(0.1 * moved[0], rel=1e-3)


def test_patience_ends_a_training_that_no_longer_improves(graphs: list[CrystalGraph], tmp_path: Path):
    settings = SETTINGS.model_copy(update={"epochs": 50, "patience": 2})
    outcome = run(Scripted([3.0, 2.0, 2.5, 2.5, 2.5, 1.0]), graphs, tmp_path, settings=settings)
    assert (outcome.best_epoch, outcome.epochs_done) == (1, 4)


def test_a_loss_that_is_no_number_ends_with_a_sentence(graphs: list[CrystalGraph], tmp_path: Path):
    with pytest.raises(TrainingDiverged, match="no longer a number in epoch 1"):
        run(Scripted([1.0], factor=float("nan")), graphs, tmp_path)


def test_a_full_disk_leaves_the_last_checkpoint(
    graphs: list[CrystalGraph], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run(pretraining(graphs), graphs, tmp_path, settings=SETTINGS.model_copy(update={"epochs": 1}))
    before = (tmp_path / LAST).read_bytes()

    def full(path: Path, checkpoint: object) -> None:
        raise DiskFull(path)

    monkeypatch.setattr(loop, "save_checkpoint", full)
    with pytest.raises(DiskFull):
        run(pretraining(graphs), graphs, tmp_path)
    assert (tmp_path / LAST).read_bytes() == before


def test_an_epoch_goes_on_with_smaller_batches_when_the_memory_is_used_up(
    graphs: list[CrystalGraph], tmp_path: Path
):
    events: list[Event] = []
    task = Scripted([3.0, 2.0, 1.0], most_pairs=40)
    outcome = run(task, graphs, tmp_path, emit=events.append)
    in_training = list(range(len(graphs) - 4))
    assert sorted(task.seen) == sorted(in_training * SETTINGS.epochs)
    warnings = [event.text for event in events if isinstance(event, Message)]
    assert warnings == ["The memory is used up. Going on with at most 32 pairs per batch."]
    assert outcome.left_out == ()
    assert load_checkpoint(tmp_path / LAST).progress["budget"] == {"pairs": 32, "left_out": []}


def test_a_resumed_training_knows_how_much_fits_into_the_memory(graphs: list[CrystalGraph], tmp_path: Path):
    run(Scripted([3.0, 2.0], most_pairs=40), graphs, tmp_path, stop_after=3)
    events: list[Event] = []
    task = Scripted([3.0, 2.0, 1.0], most_pairs=40)
    run(task, graphs, tmp_path, emit=events.append)
    assert not any(isinstance(event, Message) for event in events)
    assert len(task.seen) > 2 * (len(graphs) - 4)


def test_a_structure_that_does_not_fit_is_left_out_of_every_epoch_and_listed(
    graphs: list[CrystalGraph], tmp_path: Path
):
    large = replace(graphs[0], **{name: getattr(graphs[0], name).repeat(9) for name in PER_PAIR})
    task = Scripted([3.0, 2.0, 1.0], most_pairs=large.num_pairs - 1)
    some = [large, *graphs[1:]]
    assert run(task, some, tmp_path, when_full=WhenFull(NAMES, True, print)).left_out == (0,)
    assert 0 not in task.seen
    with pytest.raises(TooLarge, match="'salt 0'"):
        run(task, some, tmp_path / "again", when_full=WhenFull(NAMES, False, print))


def test_a_training_for_which_nothing_fits_ends_with_a_sentence(graphs: list[CrystalGraph], tmp_path: Path):
    with pytest.raises(TooLarge, match="No structure"):
        run(Scripted([1.0], most_pairs=0), graphs, tmp_path, when_full=WhenFull(NAMES, True, print))


def test_a_checkpoint_of_an_older_version_is_gone_on_from(graphs: list[CrystalGraph], tmp_path: Path):
    run(pretraining(graphs), graphs, tmp_path, stop_after=3)
    checkpoint = load_checkpoint(tmp_path / LAST)
    del checkpoint.progress["budget"]
    checkpoint.progress["next_batch"] = 3
    save_checkpoint(tmp_path / LAST, checkpoint)
    assert run(pretraining(graphs), graphs, tmp_path).epochs_done == SETTINGS.epochs


class Scripted:
    """A task of one weight with given validation losses; the training loss is `factor` times the weight.

    Batches of more than `most_pairs` do not fit into the memory.
    """

    fewest_per_batch = 1

    def __init__(self, validation_losses: list[float], factor: float = 1.0, most_pairs: int = 10**9) -> None:
        self.seen: list[int] = []
        self._most_pairs = most_pairs
        self.network = nn.Linear(1, 1)
        self.clip_groups = [list(self.network.parameters())]
        self.rate_groups = [(list(self.network.parameters()), 1.0)]
        self.progress: list[float] = []
        self._losses = iter(validation_losses)
        self._factor = factor

    def set_progress(self, done: float) -> None:
        self.progress.append(done)

    def set_training(self, training: bool) -> None:
        self.network.train(training)

    def training_loss(
        self, indices: Sequence[int], batch: Batch, noise: torch.Generator
    ) -> tuple[Tensor, Metrics]:
        if batch.num_pairs > self._most_pairs:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        self.seen += indices
        return self._factor * self.network(torch.ones(1, 1)).sum(), {}

    def validate(self, batches: Iterable[tuple[Sequence[int], Batch]]) -> tuple[float, Metrics]:
        return next(self._losses), {}
