import pytest
import torch
from torch import Tensor

from core.objectives.supervised import (
    EXACT,
    LOWER_BOUND,
    UPPER_BOUND,
    PropertyHead,
    at_least,
    supervised_loss,
)

NAN = float("nan")


def loss_of(predicted: list[float], target: list[float], bound: list[int] | None = None, kind="mae") -> float:
    values = torch.tensor(target)[:, None]
    bounds = torch.tensor(bound if bound is not None else [EXACT] * len(target))[:, None]
    mask = torch.ones_like(values, dtype=torch.bool)
    return supervised_loss(torch.tensor(predicted)[:, None], values, bounds, mask, kind).item()


def test_mae_and_mse_are_means_over_the_labels():
    assert loss_of([1.0, 5.0], [0.0, 2.0]) == pytest.approx(2.0)
    assert loss_of([1.0, 5.0], [0.0, 2.0], kind="mse") == pytest.approx(5.0)


def test_a_missing_label_does_not_count():
    assert loss_of([1.0, 5.0], [0.0, NAN]) == pytest.approx(1.0)
    assert loss_of([1.0], [NAN]) == 0.0


@pytest.mark.parametrize("kind", ["mae", "mse"])
def test_a_missing_label_has_no_gradient(kind: str):
    predicted = torch.tensor([[1.0], [5.0]], requires_grad=True)
    target = torch.tensor([[0.0], [NAN]])
    supervised_loss(predicted, target, torch.zeros(2, 1), torch.ones(2, 1, dtype=torch.bool), kind).backward()
    assert predicted.grad is not None
    assert torch.isfinite(predicted.grad).all()
    assert predicted.grad[1].item() == 0.0


def test_a_masked_label_changes_nothing():
    predicted, mask = torch.tensor([[1.0], [5.0]]), torch.tensor([[True], [False]])

    def masked(second: float) -> Tensor:
        return supervised_loss(predicted, torch.tensor([[0.0], [second]]), torch.zeros(2, 1), mask, "mae")

    assert masked(2.0).item() == masked(-7.0).item() == 1.0


@pytest.mark.parametrize(
    ("bound", "predicted", "error"),
    [
        (UPPER_BOUND, -3.0, 0.0),
        (UPPER_BOUND, 3.0, 1.0),
        (LOWER_BOUND, 3.0, 0.0),
        (LOWER_BOUND, -3.0, 5.0),
        (EXACT, -3.0, 5.0),
    ],
)
def test_a_bound_is_missed_on_one_side_only(bound: int, predicted: float, error: float):
    assert loss_of([predicted], [2.0], [bound]) == pytest.approx(error)


def test_a_kept_bound_counts_as_a_label_without_error():
    assert loss_of([0.0, 1.0], [5.0, 0.0], [UPPER_BOUND, EXACT]) == pytest.approx(0.5)


def test_each_property_has_its_own_mean_and_those_with_labels_share_one():
    predicted, target = torch.tensor([[1.0, 0.0], [0.0, 3.0]]), torch.tensor([[0.0, NAN], [0.0, 0.0]])
    mask = torch.ones(2, 2, dtype=torch.bool)
    loss = supervised_loss(predicted, target, torch.zeros(2, 2), mask, "mae")
    assert loss.item() == pytest.approx((1.0 / 2 + 3.0) / 2)
    unlabelled = torch.tensor([[0.0, NAN], [2.0, NAN]])
    loss = supervised_loss(predicted, unlabelled, torch.zeros(2, 2), mask, "mae")
    assert loss.item() == pytest.approx((1.0 + 2.0) / 2)


def test_properties_and_labels_count_by_their_weights():
    predicted, target = torch.tensor([[1.0, 0.0], [0.0, 3.0]]), torch.tensor([[0.0, NAN], [4.0, 0.0]])
    mask, weights = torch.ones(2, 2, dtype=torch.bool), torch.tensor([[1.0, 1.0], [0.5, 1.0]])
    loss = supervised_loss(
        predicted,
        target,
        torch.zeros(2, 2),
        mask,
        "mae",
        label_weights=weights,
        property_weights=torch.tensor([3.0, 1.0]),
    )
    assert loss.item() == pytest.approx((3.0 * (1.0 + 0.5 * 4.0) / 1.5 + 1.0 * 3.0) / 4.0)


def test_a_class_has_its_log_loss_beside_the_error_of_a_number():
    logits, labels = torch.tensor([[1.0, 2.0], [0.0, -1.0]]), torch.tensor([[0.0, 1.0], [0.0, 0.0]])
    mask = torch.ones(2, 2, dtype=torch.bool)
    loss = supervised_loss(logits, labels, torch.zeros(2, 2), mask, "mse", classes=[[1]])
    log_loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 1], labels[:, 1])
    assert loss.item() == pytest.approx((0.5 + log_loss.item()) / 2)


def test_a_missing_class_has_no_gradient():
    logits = torch.tensor([[1.0], [2.0]], requires_grad=True)
    labels, mask = torch.tensor([[1.0], [NAN]]), torch.ones(2, 1, dtype=torch.bool)
    supervised_loss(logits, labels, torch.zeros(2, 1), mask, "mae", classes=[[0]]).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert logits.grad[1].item() == 0.0


def test_several_classes_have_their_cross_entropy_and_a_missing_label_no_gradient():
    logits = torch.tensor([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0], [9.0, 9.0, 9.0]], requires_grad=True)
    labels = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [NAN, NAN, NAN]])
    mask = torch.ones(3, 3, dtype=torch.bool)
    loss = supervised_loss(logits, labels, torch.zeros(3, 3), mask, "mae", classes=[[0, 1, 2]])
    expected = torch.nn.functional.cross_entropy(logits[:2], torch.tensor([1, 2]))
    assert loss.item() == pytest.approx(expected.item() / 3)  # the mean over the three columns
    loss.backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert logits.grad[2].tolist() == [0.0, 0.0, 0.0]


def test_the_head_gives_one_value_per_property():
    head = PropertyHead(64, 32, 3)
    assert head(torch.randn(5, 64)).shape == (5, 3)
    assert sum(parameter.numel() for parameter in head.parameters()) == 64 * 32 + 32 + 32 * 3 + 3


def test_a_floor_holds_predictions_up_and_lets_the_gradient_through():
    values = torch.tensor([[-2.0, -2.0], [0.5, 0.5]], requires_grad=True)
    raised = at_least(values, torch.tensor([0.0, -1.0]))
    assert raised.tolist() == [[0.0, -1.0], [0.5, 0.5]]
    (raised * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
    assert values.grad.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_head_with_floors_has_the_weights_of_one_without():
    torch.manual_seed(0)
    limited, free = PropertyHead(5, 4, 2, floors=[-0.5, -torch.inf]), PropertyHead(5, 4, 2)
    limited.load_state_dict(free.state_dict())
    crystals = 10 * torch.randn(100, 5)
    expected = free(crystals)
    assert (expected[:, 0] < -0.5).any()
    assert torch.equal(limited(crystals)[:, 0], expected[:, 0].clamp(min=-0.5))
    assert torch.equal(limited(crystals)[:, 1], expected[:, 1])


def test_without_hidden_width_the_head_is_that_of_cgcnn():
    head = PropertyHead(5, 0, 2)
    crystals = torch.randn(3, 5)
    expected = torch.nn.functional.softplus(crystals) @ head.layers[1].weight.T + head.layers[1].bias
    torch.testing.assert_close(head(crystals), expected)
