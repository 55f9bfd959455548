"""Training one network in several processes: each works on a share of every batch, all make the same step.

The gradients of a step are those of the whole batch, summed over processes, see core/objectives/exchange.py,
so that a checkpoint does not depend on how many there are.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from core.errors import CoreError, RunError, SettingError
from core.graphs import process_group
from core.training.loop.memory import is_out_of_memory


def sum_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Give each parameter the sum of its gradients in all processes; one without any keeps none."""
    trained = list(parameters)
    if process_group.count() == 1 or not trained:
        return
    there = torch.tensor([float(one.grad is not None) for one in trained]).to(trained[0])
    own = [(torch.zeros_like(one) if one.grad is None else one.grad).flatten() for one in trained]
    sums = process_group.sum_over_all(torch.cat([there, *own])).split([len(trained), *map(len, own)])
    for parameter, in_processes, total in zip(trained, sums[0].tolist(), sums[1:], strict=True):
        parameter.grad = total.view_as(parameter) if in_processes else None


@torch.no_grad()
def take_weights_of_first(network: nn.Module) -> None:
    """Give the network the weights and buffers that it has in the first process."""
    if process_group.count() > 1:
        for tensor in network.state_dict().values():
            tensor.copy_(process_group.from_first(tensor))


def number_of_first(value: float) -> float:
    """The number that the first process has; others may differ in the last digit, and decide otherwise."""
    return float(process_group.from_first(torch.tensor(value, dtype=torch.float64)))


@contextmanager
def whole_steps() -> Iterator[None]:
    """Raise CoreError where the memory is used up in a step that other processes have made by then.

    Ahead of it, all make their batches smaller and try again, see core/training/loop/memory.py.
    """
    try:
        yield
    except RuntimeError as error:
        if process_group.count() == 1 or not is_out_of_memory(error):
            raise
        raise CoreError(
            "The memory of a process was used up within a step.",
            "Lower 'Pairs per batch' and resume the run.",
        ) from error


def check_same_state(*state: int) -> None:
    """Raise RunError where processes begin at different places: they do not see the same folder."""
    own = torch.tensor(state)
    if process_group.any_of_all(not torch.equal(process_group.from_first(own), own)):
        raise RunError(
            "The processes of the job find different checkpoints in the run folder.",
            "Let all machines see the same folder, and wait until a copy of it is complete.",
        )


def check_can_be_shared(network: nn.Module) -> None:
    """Raise SettingError for a network that would learn something else in several processes."""
    if process_group.count() == 1:
        return
    if any(_drops(module) for module in network.modules()):
        raise SettingError(
            "A network with dropout is trained in one process: several would draw other numbers.",
            "Set 'Dropout' to 0, or start the run in one process.",
        )


def _drops(module: nn.Module) -> bool:
    share: float | Tensor = module.p if isinstance(module, nn.Dropout) else getattr(module, "dropout", 0.0)
    return isinstance(share, float) and share > 0.0
