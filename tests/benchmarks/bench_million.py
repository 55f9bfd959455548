"""A dataset that neither fits nor needs to fit into memory: generated crystals in shards, built and embedded.

    python -m tests.benchmarks.bench_million [--count 1000000] [--folder FOLDER] [--workers 1] [--learn 200]

Crystals are 3,000 decorations of known structure types (core/structures/prototypes.py), over and over, each
time in a cell that is up to 3 % longer or shorter. Graphs are for CGCNN, equivalent sites merged. Each stage
has a process of its own, so that its peak of memory is its own; mapped pages of files count there, though the
system takes them back when it needs them. What FOLDER has already is not built again.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.config import CGCNNSettings, DeepInfoMaxSettings
from core.encoders import create_encoder
from core.graphs.batch import batches_by_pairs
from core.graphs.shards.build import Item, build_shards
from core.graphs.shards.order import shuffled
from core.graphs.shards.shards import ShardedGraphs, shard_files
from core.inspection.embed_shards import embed_shards
from core.jobs.process_mark import peak_memory_mb
from core.objectives.deep_infomax import DeepInfoMax
from core.structures.prototypes import generate_prototypes
from core.structures.structure import Structure
from core.training.loop.loading import load_batches

SETTINGS = CGCNNSettings()
PER_SHARD = 4096
DIFFERENT, LONGER = 3_000, 0.03
PAIRS_PER_BATCH = 20_000
CPU = torch.device("cpu")


def crystals(number: int) -> Iterator[Item]:
    """So many crystals, the same ones every time."""
    random = np.random.default_rng(0)
    originals = list(generate_prototypes(min(number, DIFFERENT), seed=0))
    for round_, (name, structure) in islice(((k, one) for k in count() for one in originals), number):
        lattice = structure.lattice * (1.0 + LONGER * random.uniform(-1.0, 1.0))
        scaled = Structure(lattice, structure.frac_coords, structure.species)
        yield f"{name}-{round_}", scaled.to_dict()


def build(arguments: argparse.Namespace) -> dict[str, Any]:
    """Make the graphs, and say how fast; generating the crystals is not counted."""
    clock = {"crystals": 0.0}

    def timed(items: Iterator[Item]) -> Iterator[Item]:
        while True:
            started = time.process_time()
            item = next(items, None)
            clock["crystals"] += time.process_time() - started
            if item is None:
                return
            yield item

    started, at_work, found = time.perf_counter(), time.process_time(), len(shard_files(arguments.folder))
    build_shards(
        arguments.folder,
        SETTINGS,
        timed(crystals(arguments.count)),
        per_shard=PER_SHARD,
        workers=arguments.workers,
        on_progress=lambda done: print(f"  {done:,} built", file=sys.stderr, flush=True),
    )
    graphs = ShardedGraphs(arguments.folder)
    num_bytes = sum(path.stat().st_size for path in arguments.folder.iterdir() if path.suffix == ".npz")
    seconds = time.process_time() - at_work - clock["crystals"]
    return {
        "crystals": len(graphs),
        "shards that were there": found,
        "sites a crystal": round(float(graphs.num_sites.mean()), 2),
        "pairs a crystal": round(float(graphs.num_pairs.mean()), 2),
        "pairs in the cell a crystal": round(float(graphs.num_pairs_in_cell.mean()), 2),
        "bytes a crystal": round(num_bytes / len(graphs)),
        "crystals generated a second": round(arguments.count / max(clock["crystals"], 1e-9)),
        "crystals built a second of one core": round(len(graphs) / max(seconds, 1e-9)) if not found else None,
        "wall seconds": round(time.perf_counter() - started, 1),
    }


def embed(arguments: argparse.Namespace) -> dict[str, Any]:
    """Embed all of them, and say how fast."""
    torch.set_num_threads(1)
    opened = time.perf_counter()
    graphs = ShardedGraphs(arguments.folder)
    opened = time.perf_counter() - opened
    encoder = create_encoder("cgcnn", SETTINGS, graphs[0].site_features.shape[1])
    started, at_work = time.perf_counter(), time.process_time()
    path = arguments.folder / "crystals.npy"
    embed_shards(encoder, graphs, path, CPU)
    busy = time.process_time() - at_work
    return {
        "seconds to open": round(opened, 3),
        "crystals embedded a second of one core": round(len(graphs) / busy),
        "wall seconds": round(time.perf_counter() - started, 1),
        "without an embedding": int(np.isnan(np.load(path, mmap_mode="r")[:, 0]).sum()),
    }


def learn(arguments: argparse.Namespace) -> dict[str, Any]:
    """Make steps of Deep InfoMax on shuffled batches: how fast, and how long they wait for the next one."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    graphs = ShardedGraphs(arguments.folder)
    num_features = graphs[0].site_features.shape[1]
    objective = DeepInfoMax(
        create_encoder("cgcnn", SETTINGS, num_features), DeepInfoMaxSettings(), num_features
    )
    optimiser = torch.optim.AdamW(objective.parameters(), lr=1e-3, fused=True)
    started = time.perf_counter()
    order = shuffled(graphs, range(len(graphs)), torch.Generator().manual_seed(0))
    planned = batches_by_pairs(graphs.num_pairs_in_cell[order].tolist(), PAIRS_PER_BATCH, None, 2)
    result: dict[str, Any] = {"seconds to plan an epoch": round(time.perf_counter() - started, 2)}
    chosen = [[order[k] for k in batch] for batch in planned[: arguments.learn]]
    noise = torch.Generator().manual_seed(0)
    for words, ahead in (("joined when needed", False), ("joined ahead by a thread", True)):
        waited, started = 0.0, time.perf_counter()
        for _, load in load_batches(graphs, chosen, CPU, ahead=ahead):
            asked = time.perf_counter()
            batch = load()
            waited += time.perf_counter() - asked
            optimiser.zero_grad(set_to_none=True)
            objective.losses(batch, noise).total.backward()
            optimiser.step()
        seconds = time.perf_counter() - started
        result[f"crystals learned from a second, {words}"] = round(sum(map(len, chosen)) / seconds)
        result[f"share of the time spent waiting, {words}"] = round(waited / seconds, 4)
    return result


STAGES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "build": build,
    "embed": embed,
    "learn": learn,
}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2_000, help="how many crystals")
    parser.add_argument("--folder", type=Path, help="where to keep the shards; without it nothing is kept")
    parser.add_argument("--workers", type=int, default=1, help="processes that build")
    parser.add_argument("--learn", type=int, default=20, help="training steps")
    parser.add_argument("--stage", choices=STAGES, help="one stage, in this process")
    return parser.parse_args()


def main() -> None:
    arguments = parsed()
    if arguments.stage:
        result = STAGES[arguments.stage](arguments)
        print(json.dumps({**result, "peak memory in MB": peak_memory_mb()}))
        return
    folder = arguments.folder or Path(tempfile.mkdtemp())
    options = [f"--{name}={getattr(arguments, name)}" for name in ("count", "workers", "learn")]
    try:
        for stage in STAGES:
            command = [sys.executable, "-m", "tests.benchmarks.bench_million", f"--stage={stage}"]
            done = subprocess.run(
                [*command, f"--folder={folder}", *options], check=True, stdout=subprocess.PIPE, text=True
            )
            print(stage)
            for name, value in json.loads(done.stdout).items():
                print(f"  {name:58}{value:>14,}" if value is not None else f"  {name:58}{'-':>14}")
    finally:
        if arguments.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
