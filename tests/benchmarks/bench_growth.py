"""How the cost of a training step grows: with the sites of a cell, and with the size of the supercell.

    python -m tests.benchmarks.bench_growth [--draw docs/images/growth.svg]

Takes crystals of ../shared/data/mp_crystals by their number of sites, as many as fill a batch, one thread.
Time is that of the processor, the best of some repeats. Memory is the peak of the step above what was there
before, which the system is asked for (Linux).
"""

import argparse
import ctypes
import json
import lzma
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from core.config import CGCNNSettings, Settings, SiteNetSettings, encoder_name
from core.encoders import create_encoder
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.objectives.supervised import PropertyHead
from core.structures.structure import Structure
from tests.benchmarks.bench_site_net import SHARED_DATA

NUM_SITES = (2, 4, 8, 16, 32, 64, 100, 200)
SUPERCELLS = (50, 100, 200, 350, 500)
SITES_IN_SUPERCELLS = 12  # of the crystals for which the supercell is varied
PAIRS_PER_BATCH = 20_000
MOST_CRYSTALS = 64
REPEATS = 7
PLAIN = {"merge_equivalent": False}
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of mallopt


@dataclass(frozen=True)
class Cost:
    """What a training step costs: pairs and crystals of its batch, processor seconds, bytes at the peak."""

    label: str
    x: int
    crystals: int
    pairs: int
    seconds: float
    memory: int

    @property
    def rate(self) -> float:
        return self.crystals / self.seconds


def crystals_by_sites() -> dict[int, list[Structure]]:
    """For each number of `NUM_SITES` crystals with about so many sites in the primitive cell."""
    found: dict[int, list[Structure]] = {number: [] for number in (*NUM_SITES, SITES_IN_SUPERCELLS)}
    with lzma.open(SHARED_DATA / "mp_crystals" / "mp_crystals_dev.jsonl.xz", "rt") as lines:
        for row in map(json.loads, lines):
            for number, some in found.items():
                if abs(len(row["species"]) - number) <= 0.1 * number and len(some) < MOST_CRYSTALS:
                    species = tuple({symbol: 1.0} for symbol in row["species"])
                    some.append(Structure(np.array(row["lattice"]), np.array(row["frac_coords"]), species))
    return found


def filled_batch(crystals: Sequence[Structure], settings: Settings) -> Batch:
    """Batch of the first crystals that fill the budget of pairs, at least one."""
    graphs = [build_crystal_graph(crystal, settings) for crystal in crystals]
    ends = np.cumsum([graph.num_pairs for graph in graphs])
    return collate(graphs[: max(1, int((ends <= PAIRS_PER_BATCH).sum()))])


def training_step(settings: Settings, batch: Batch) -> Callable[[], None]:
    torch.manual_seed(0)
    encoder = create_encoder(encoder_name(settings), settings, batch.site_features.shape[1])
    head = PropertyHead(encoder.crystal_width, 64, 1, encoder.head_activation)
    optimiser = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], lr=1e-4)

    def step() -> None:
        optimiser.zero_grad()
        head(encoder(batch).crystals).abs().mean().backward()
        optimiser.step()

    return step


def measure(label: str, x: int, crystals: Sequence[Structure], settings: Settings) -> Cost:
    batch = filled_batch(crystals, settings)
    step = training_step(settings, batch)
    step()
    memory = peak_memory(step)
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        step()
        seconds.append(time.process_time() - start)
    return Cost(label, x, batch.num_crystals, batch.num_pairs, min(seconds), memory)


def peak_memory(work: Callable[[], None]) -> int:
    """Bytes that the work needs beyond what this process has already."""
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before = _status("VmRSS")
    work()
    return _status("VmHWM") - before


def give_memory_back_at_once() -> None:
    """Let freed memory return to the system, or what one step leaves would hide what the next one needs."""
    for parameter in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
        ctypes.CDLL(None).mallopt(parameter, 65_536)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def costs() -> Iterator[Cost]:
    crystals = crystals_by_sites()
    kinds = {
        "site_net": SiteNetSettings(**PLAIN),
        "site_net, merged": SiteNetSettings(),
        "cgcnn": CGCNNSettings(**PLAIN),
        "cgcnn, merged": CGCNNSettings(),
    }
    for label, settings in kinds.items():
        for number in NUM_SITES:
            yield measure(label, number, crystals[number], settings)
    for size in SUPERCELLS:
        for label, changes in (("supercell", PLAIN), ("supercell, merged", {})):
            settings = SiteNetSettings(supercell_sites=size, **changes)
            yield measure(label, size, crystals[SITES_IN_SUPERCELLS], settings)


def draw(measured: Sequence[Cost], path: Path) -> None:
    """Draw the table: crystals per second against sites and supercell, memory against pairs."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 9}
    from matplotlib import pyplot

    figure, (by_sites, by_size, memory) = pyplot.subplots(1, 3, figsize=(11, 3.4), layout="constrained")
    for label in dict.fromkeys(cost.label for cost in measured):
        some = [cost for cost in measured if cost.label == label]
        style = "--" if label.endswith("merged") else "-"
        axes = by_size if label.startswith("supercell") else by_sites
        axes.loglog([c.x for c in some], [c.rate for c in some], f"o{style}", label=label, markersize=3)
        memory.plot([c.pairs for c in some], [c.memory / 1e6 for c in some], "o", markersize=3, label=label)
    by_sites.set(xlabel="sites in the primitive cell", ylabel="crystals per second")
    by_size.set(xlabel="sites in the supercell", ylabel="crystals per second")
    by_sites.set_xticks(NUM_SITES, NUM_SITES)
    by_size.set_xticks(SUPERCELLS, SUPERCELLS)
    memory.set(xlabel="pairs in the batch", ylabel="peak memory of a step, MB")
    for axes in (by_sites, by_size, memory):
        axes.minorticks_off()
        axes.grid(alpha=0.3, linewidth=0.5)
        axes.legend(fontsize=7, frameon=False)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how the cost of a training step grows.")
    parser.add_argument("--draw", type=Path, help="SVG file to draw the table into")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    give_memory_back_at_once()
    print(f"{'network':<20}{'sites':>6}{'crystals':>10}{'pairs':>8}{'ms':>8}{'crystals/s':>12}{'B/pair':>8}")
    measured = []
    for cost in costs():
        measured.append(cost)
        figures = f"{cost.crystals:>10}{cost.pairs:>8}{1000 * cost.seconds:>8.1f}{cost.rate:>12.1f}"
        print(f"{cost.label:<20}{cost.x:>6}{figures}{cost.memory / cost.pairs:>8.0f}", flush=True)
    if arguments.draw is not None:
        draw(measured, arguments.draw)


if __name__ == "__main__":
    main()
