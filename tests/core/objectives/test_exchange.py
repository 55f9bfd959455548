"""What an exchange does in one process, and in one of two whose sums a test stands in for."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from core.graphs import process_group
from core.graphs.batch import Batch, Share
from core.objectives.exchange import alike_for_all, mean_over_batch, shared_by_all, sum_of_parts
from tests.core.objectives.test_false_pairs import batch_with

OWN, OTHERS = torch.tensor([[1.0], [2.0]]), torch.tensor([[0.0], [0.0], [5.0]])


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Batch:
    """The first two crystals of three; the other process has the third, and 10 times the gradients."""

    def sum_over_all(values: Tensor) -> Tensor:
        return values + OTHERS if torch.equal(values[2:], torch.zeros(1, 1)) else 11.0 * values

    monkeypatch.setattr(process_group, "sum_over_all", sum_over_all)
    share = Share(slice(0, 2), slice(0, 2), slice(0, 0), 3, 3, 0)
    return replace(batch_with([1, 1]), share=share)


def test_alone_nothing_is_exchanged():
    batch, parts = batch_with([1, 1]), [torch.tensor(1.0), torch.tensor(2.0)]
    assert sum_of_parts(parts) == tuple(parts)
    assert shared_by_all(OWN, batch) is OWN
    assert alike_for_all(OWN, batch) is OWN
    assert mean_over_batch(OWN, batch) == OWN.mean()


def test_a_share_adds_to_the_mean_over_all_crystals(shared: Batch):
    assert mean_over_batch(OWN, shared).item() == pytest.approx(3.0 / 3)


@pytest.mark.parametrize(("join", "factor"), [(shared_by_all, 11.0), (alike_for_all, 1.0)])
def test_rows_of_all_get_the_gradients_of_all_where_others_make_another_part_of_the_loss(
    shared: Batch, join: object, factor: float
):
    own = OWN.clone().requires_grad_()
    rows = join(own, shared)  # type: ignore[operator]
    assert rows.flatten().tolist() == [1.0, 2.0, 5.0]
    (rows * torch.tensor([[1.0], [2.0], [3.0]])).sum().backward()
    assert own.grad is not None
    assert own.grad.flatten().tolist() == [factor * 1.0, factor * 2.0]


def test_a_sum_of_parts_passes_its_gradient_to_each_part_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process_group, "count", lambda: 2)
    monkeypatch.setattr(process_group, "sum_over_all", lambda values: 2.0 * values)
    part = torch.tensor(3.0, requires_grad=True)
    (total,) = sum_of_parts([part])
    assert total.item() == 6.0
    total.backward()
    assert part.grad is not None
    assert part.grad.item() == 1.0
