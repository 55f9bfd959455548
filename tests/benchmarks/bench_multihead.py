"""Crystals per second of a training step of the supervised Site-Net, against the padded formulas.

    python -m tests.benchmarks.bench_multihead

Takes the 64 Materials Project crystals of ../shared/data/fixtures/bench_ids.json, on which the original
reaches 94-104 crystals/s with supercells of 50 sites, and prints a table. Both train the same network on the
same batch; memory is the most that a process of its own takes for one of them, PyTorch included.
"""

import resource
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch
import torch.nn.functional as F

from core.config import SiteNetMultiheadSettings
from core.encoders.site_net_multihead import SiteNetMultihead
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.objectives.supervised import PropertyHead
from tests.benchmarks.bench_site_net import bench_crystals, best_seconds
from tests.core.encoders.padded_multihead import encode, pad_pairs

SIZES = (50, 100)
KINDS = ("padded", "flat", "flat, merged")


def batch_of(kind: str, supercell_sites: int) -> Batch:
    settings = SiteNetMultiheadSettings(
        supercell_sites=supercell_sites, merge_equivalent=kind.endswith("merged")
    )
    return collate([build_crystal_graph(crystal, settings) for crystal in bench_crystals()])


def training_step(kind: str, batch: Batch) -> Callable[[], object]:
    """One optimiser step, with the loss and optimiser that were published."""
    torch.manual_seed(0)
    encoder = SiteNetMultihead(SiteNetMultiheadSettings(), batch.site_features.shape[1])
    head = PropertyHead(encoder.crystal_width, 0, 1, encoder.head_activation)
    target = torch.randn(batch.num_crystals, 1)
    parameters = [*encoder.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=8e-4, amsgrad=True, eps=1e-7)

    def step() -> None:
        optimiser.zero_grad()
        if kind == "padded":
            crystals = encode(encoder, pad_pairs(encoder, batch))[1]
        else:
            crystals = encoder(batch).crystals
        F.l1_loss(head(crystals), target).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()

    return step


def measure(kind: str, supercell_sites: int) -> tuple[int, float, float]:
    """Rows of pairs, seconds of a step, and megabytes at most."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    batch = batch_of(kind, supercell_sites)
    seconds = best_seconds(training_step(kind, batch))
    return batch.num_pairs, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    print(f"{'supercell':>9}  {'work':<14}{'pairs':>8}{'ms':>8}{'crystals/s':>12}{'ratio':>7}{'MB':>7}")
    for supercell_sites in SIZES:
        padded = 0.0
        for kind in KINDS:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                pairs, seconds, megabytes = alone.submit(measure, kind, supercell_sites).result()
            padded = padded or seconds
            print(
                f"{supercell_sites:>9}  {kind:<14}{pairs:>8}{1000 * seconds:>8.1f}{64 / seconds:>12.0f}"
                f"{padded / seconds:>7.1f}{megabytes:>7.0f}"
            )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
