import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.objectives.classes import class_probabilities, log_losses

LOGITS = st.lists(st.tuples(*[st.floats(-50, 50)] * 4), min_size=1, max_size=5)


@given(LOGITS)
def test_probabilities_of_several_classes_add_up_to_one_and_numbers_are_left_alone(rows: list[tuple[float]]):
    logits = torch.tensor(rows, dtype=torch.float64)
    shown = class_probabilities(logits, [[0, 2], [3]])
    assert torch.allclose(shown[:, [0, 2]].sum(dim=1), torch.ones(len(rows), dtype=torch.float64))
    assert torch.equal(shown[:, 1], logits[:, 1])
    assert torch.allclose(shown[:, 3], torch.sigmoid(logits[:, 3]))
    assert ((shown[:, [0, 2, 3]] >= 0) & (shown[:, [0, 2, 3]] <= 1)).all()


@given(LOGITS)
def test_losses_are_minus_the_logarithm_of_the_probability(rows: list[tuple[float]]):
    logits = torch.tensor(rows, dtype=torch.float64) / 5
    known = torch.tensor([[1.0, 0.0, 0.0, 0.0]], dtype=torch.float64).repeat(len(rows), 1)
    losses, shown = (
        f(logits, *args)
        for f, args in ((log_losses, [known, [[0, 2], [3]]]), (class_probabilities, [[[0, 2], [3]]]))
    )
    assert torch.allclose(losses[:, [0, 2]].sum(dim=1), -torch.log(shown[:, 0]))
    assert torch.allclose(losses[:, 3], -torch.log1p(-shown[:, 3]))
    assert not losses[:, 1].any()


def test_two_classes_are_one_column_or_two_with_the_same_loss():
    """The softmax of (0, x) is the logistic function of x."""
    one = torch.tensor([[0.7], [-2.0]])
    two = torch.cat([torch.zeros(2, 1), one], dim=1)
    known = torch.tensor([[1.0], [0.0]])
    both = torch.cat([1.0 - known, known], dim=1)
    assert torch.allclose(class_probabilities(two, [[0, 1]])[:, 1:], class_probabilities(one, [[0]]))
    assert torch.allclose(log_losses(two, both, [[0, 1]]).sum(dim=1), log_losses(one, known, [[0]])[:, 0])


def test_extreme_logits_have_finite_losses():
    logits, known = torch.tensor([[1e4, -1e4, 1e4]]), torch.tensor([[0.0, 1.0, 0.0]])
    assert log_losses(logits, known, [[0, 1], [2]]).tolist() == [[0.0, pytest.approx(2e4), 1e4]]
