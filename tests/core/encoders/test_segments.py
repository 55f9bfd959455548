import torch

from core.encoders.segments import segment_mean, segment_softmax, segment_sum

SEGMENT = torch.tensor([0, 0, 2, 2, 2, 3])


def test_sum_adds_rows_by_segment_and_leaves_empty_ones_at_zero():
    values = torch.arange(12.0).reshape(6, 2)
    assert segment_sum(values, SEGMENT, 5).tolist() == [[2, 4], [0, 0], [18, 21], [10, 11], [0, 0]]


def test_mean_divides_by_the_counts():
    counts = torch.tensor([2, 3, 1])
    segment = torch.tensor([0, 0, 1, 1, 1, 2])
    values = torch.tensor([1.0, 3.0, 3.0, 6.0, 9.0, 5.0])
    assert segment_mean(values, segment, counts).tolist() == [2, 6, 5]
    assert segment_mean(values[:, None], segment, counts).tolist() == [[2], [6], [5]]


def test_softmax_equals_that_of_each_segment():
    logits = torch.randn(6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = torch.cat([torch.softmax(logits[k == SEGMENT], dim=0) for k in (0, 2, 3)])
    torch.testing.assert_close(segment_softmax(logits, SEGMENT, 5), expected)


def test_softmax_does_not_overflow():
    weights = segment_softmax(torch.tensor([1000.0, 999.0, -1000.0, -1000.0]), torch.tensor([0, 0, 1, 1]), 2)
    torch.testing.assert_close(weights, torch.tensor([0.7310586, 0.2689414, 0.5, 0.5]))


def test_softmax_has_the_right_gradient():
    logits = torch.randn(6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda values: segment_softmax(values, SEGMENT, 5), logits)


def test_softmax_treats_each_column_by_itself():
    logits = torch.randn(6, 3)
    columns = [segment_softmax(column, SEGMENT, 5) for column in logits.T]
    torch.testing.assert_close(segment_softmax(logits, SEGMENT, 5), torch.stack(columns, dim=1))
