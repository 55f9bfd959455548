"""Time and memory of three blocks of geometric-algebra attention, beside the original package.

    OMP_NUM_THREADS=1 .venv/bin/python tests/benchmarks/bench_geometric_algebra.py [width ...]

64 clouds of 20 points, forwards and backwards; the least of several repeats, all kinds in turn. Then the
time in which 10,000 particles are embedded, on as many threads as OMP_NUM_THREADS says.
"""

import sys
import time
from collections.abc import Callable

import torch
from geometric_algebra_attention import pytorch as original
from torch import Tensor, nn

from core.encoders.geometric_algebra.attention import GeometricAttention
from core.encoders.geometric_algebra.block import GeometricBlock
from core.encoders.geometric_algebra.products import MULTIVECTORS, as_multivectors

CLOUDS, POINTS, BLOCKS, REPEATS = 64, 20, 3, 5
INVARIANTS = 24


def network(width_in: int, width_out: int, hidden: int, running: bool) -> nn.Sequential:
    """One of the small networks that the package is given."""
    norm = [original.MomentumNormalization(width_in)] if running else []
    first = nn.Linear(width_in, hidden)
    return nn.Sequential(*norm, first, nn.LayerNorm(hidden), nn.ReLU(), nn.Linear(hidden, width_out))


class OriginalBlock(nn.Module):
    """A block as the authors put it together from the package, layer normalisation of points included."""

    def __init__(self, d: int) -> None:
        super().__init__()
        h = 2 * d
        modes = {"reduce": False, "merge_fun": "concat", "join_fun": "concat", "rank": 2}
        modes |= {"invariant_mode": "full", "include_normalized_products": True}
        scores, values, scale = (
            network(d, 1, h, False),
            network(INVARIANTS, d, h, True),
            network(d, 1, h, True),
        )
        self.to_points = original.Multivector2MultivectorAttention(
            d, scores, values, scale, covariant_mode="full", **modes
        )
        self.to_values = original.MultivectorAttention(
            d, network(d, 1, h, False), network(INVARIANTS, d, h, True), **modes
        )
        self.norms = nn.ModuleList(nn.LayerNorm(8) for _ in range(2))
        self.after, self.values_norm = network(d, d, h, False), nn.LayerNorm(d)

    def forward(self, x: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Return new points and values."""
        moved = self.to_points([(x, v), (self.norms[0](x), v)])
        found = self.to_values([(moved, v), (self.norms[1](moved), v)])
        return moved + x, self.values_norm(self.after(found) + v)


KINDS: dict[str, Callable[[int], nn.Module]] = {
    "package": OriginalBlock,
    "ours": lambda d: GeometricBlock(MULTIVECTORS, d),
    "ours, tied": lambda d: GeometricBlock(MULTIVECTORS, d, tied=True),
}


def loss(blocks: nn.ModuleList, x: Tensor, v: Tensor) -> Tensor:
    """Pass clouds through all blocks."""
    for block in blocks:
        x, v = block(x, v)
    return x.square().mean() + v.square().mean()


def saved_mebibytes(forward: Callable[[], Tensor]) -> float:
    """What autograd keeps for the way back, each piece of memory once."""
    sizes: dict[int, int] = {}
    kept: list[Tensor] = []

    def keep(tensor: Tensor) -> Tensor:
        kept.append(tensor)
        sizes[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        forward()
    return sum(sizes.values()) / 2**20


def measure(width: int) -> None:
    """Print processor time, wall time and memory of each kind."""
    torch.manual_seed(0)
    x, v = as_multivectors(torch.randn(CLOUDS, POINTS, 3)), torch.randn(CLOUDS, POINTS, width)
    networks = {name: nn.ModuleList(make(width) for _ in range(BLOCKS)) for name, make in KINDS.items()}
    best = dict.fromkeys(networks, (float("inf"), float("inf")))
    for _ in range(REPEATS):
        for name, blocks in networks.items():
            start, start_of_wall = time.process_time(), time.perf_counter()
            loss(blocks, x, v).backward()
            took = time.process_time() - start, time.perf_counter() - start_of_wall
            best[name] = min(best[name][0], took[0]), min(best[name][1], took[1])
    for name, (processor, wall) in best.items():
        memory = saved_mebibytes(lambda name=name: loss(networks[name], x, v))
        times = f"{best['package'][0] / processor:.2f} times as fast"
        print(f"width {width}, {name:17}{processor:7.3f} s ({wall:.3f} s wall), {memory:4.0f} MiB, {times}")


@torch.inference_mode()
def embed(width: int, particles: int = 10_000) -> None:
    """Print in which time clouds become one vector each, with nothing to be learned."""
    blocks = nn.ModuleList(GeometricBlock(MULTIVECTORS, width) for _ in range(BLOCKS)).eval()
    pooling = GeometricAttention(MULTIVECTORS, width, reduced=True).eval()
    x, v = as_multivectors(torch.randn(particles, POINTS, 3)), torch.randn(particles, POINTS, width)
    start, start_of_wall = time.process_time(), time.perf_counter()
    for points, values in zip(x.split(CLOUDS), v.split(CLOUDS), strict=True):
        for block in blocks:
            points, values = block(points, values)
        pooling(points, values)
    processor, wall = time.process_time() - start, time.perf_counter() - start_of_wall
    took = f"{wall:.1f} s on {torch.get_num_threads()} threads, {processor:.1f} s of processor"
    print(f"width {width}, {particles} particles in {took}")


if __name__ == "__main__":
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for chosen in sys.argv[1:] or ["32", "64"]:
        measure(int(chosen))
    torch.set_num_threads(threads)
    embed(32)
