"""Time of a Deep InfoMax epoch over the crystals of mp_crystals_dev with at most 50 sites, on one thread.

    python -m tests.benchmarks.bench_pretraining [--crystals 1000 | --all]

Trains one epoch by the training loop, with the default settings at the published widths, on some of the
25,499 crystals drawn at random, and extrapolates by their pairs; --all trains on all of them, and builds
their graphs first, for a minute or two. The padded formulas do some of the batches, without merging, and what
they would need for the epoch is extrapolated by pairs as well.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from core.config import PretrainSettings, SiteNetSettings, TrainingSettings
from core.encoders import create_encoder
from core.graphs.batch import batches_by_pairs, collate
from core.graphs.build import build_crystal_graph
from core.graphs.compression import expand
from core.graphs.crystal_graph import CrystalGraph
from core.objectives.deep_infomax import DeepInfoMax
from core.training.loop.memory import WhenFull
from core.training.loop.task import Task
from core.training.loop.train import train
from core.training.pretraining import PretrainTask
from tests.benchmarks.bench_site_net import best_seconds, mp_rows, structure_of, training_steps

MOST_SITES = 50
PAIRS_OF_ALL = 18_011_529  # of the 25,499 crystals, before merging
COMPARED_BATCHES = 3
SETTINGS = PretrainSettings()


def crystal_graphs(count: int | None) -> list[CrystalGraph]:
    """Graphs of `count` crystals drawn at random, or of all."""
    rows = [row for row in mp_rows() if len(row["species"]) <= MOST_SITES]
    chosen = rows if count is None else random.Random(0).sample(rows, count)
    return [build_crystal_graph(structure_of(row), SETTINGS.encoder) for row in chosen]


def count_pairs(graphs: Sequence[CrystalGraph]) -> int:
    return sum(graph.num_pairs_in_cell for graph in graphs)


def deep_infomax(activation: str, num_features: int) -> DeepInfoMax:
    torch.manual_seed(0)
    encoder = create_encoder("site_net", SiteNetSettings(local_activation=activation), num_features)
    return DeepInfoMax(encoder, SETTINGS.objective, num_features)


def training_seconds(task: Task, graphs: Sequence[CrystalGraph], settings: TrainingSettings) -> float:
    """Processor time of a whole training by the loop, its checkpoints included."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        train(
            task,
            graphs,
            train_indices=range(len(graphs)),
            validation_indices=[],
            settings=settings,
            seed=0,
            device=torch.device("cpu"),
            folder=Path(folder),
            emit=lambda event: None,
            should_stop=lambda: False,
            when_full=WhenFull([], False, print),
        )
        return time.process_time() - start


def padded_seconds_per_pair(objective: DeepInfoMax, graphs: Sequence[CrystalGraph]) -> float:
    """What a training step of the padded formulas takes, mean over some batches."""
    counts = [graph.num_pairs_in_cell for graph in graphs]
    divided = batches_by_pairs(counts, SETTINGS.training.pairs_per_batch)[:COMPARED_BATCHES]
    batches = [collate([expand(graphs[k]) for k in batch]) for batch in divided]
    steps = [training_steps(objective, batch, batch)["training step, padded"] for batch in batches]
    return sum(map(best_seconds, steps)) / sum(batch.num_pairs for batch in batches)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time of a Deep InfoMax epoch.")
    parser.add_argument("--crystals", type=int, default=1000, help="how many to train on, drawn at random")
    parser.add_argument("--all", action="store_true", help="train on all instead")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    start = time.process_time()
    graphs = crystal_graphs(None if arguments.all else arguments.crystals)
    pairs, num_features = count_pairs(graphs), graphs[0].site_features.shape[1]
    print(f"{len(graphs)} crystals with {pairs:,} pairs, {sum(graph.num_pairs for graph in graphs):,} merged")
    print(f"reading and building graphs: {time.process_time() - start:.0f} s")
    share = PAIRS_OF_ALL / pairs
    settings = SETTINGS.training.model_copy(update={"epochs": 1})
    print(f"{'activation':<12}{'epoch, s':>9}{'of all, s':>11}{'padded, of all, s':>19}{'ratio':>7}")
    for activation in ("relu", "mish"):
        objective = deep_infomax(activation, num_features)
        training_seconds(PretrainTask(objective), graphs[:50], settings)
        seconds = training_seconds(PretrainTask(objective), graphs, settings)
        padded = padded_seconds_per_pair(objective, graphs) * PAIRS_OF_ALL
        print(
            f"{activation:<12}{seconds:>9.1f}{share * seconds:>11.0f}{padded:>19.0f}"
            f"{padded / (share * seconds):>7.1f}"
        )


if __name__ == "__main__":
    main()
