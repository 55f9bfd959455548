from dataclasses import replace

import numpy as np
import torch

from core.config import SiteNetSettings
from core.encoders.segments import mean_over_sites, segment_mean, segment_softmax, segment_sum
from core.graphs.batch import collate
from core.graphs.build import supercell_graph
from tests.core.graphs.crystals import perovskite, rock_salt

SEGMENT = torch.tensor([0, 0, 2, 2, 2, 3])
ONCE = torch.ones(6)


def test_sum_adds_rows_by_segment_and_leaves_empty_ones_at_zero():
    values = torch.arange(12.0).reshape(6, 2)
    assert segment_sum(values, SEGMENT, 5).tolist() == [[2, 4], [0, 0], [18, 21], [10, 11], [0, 0]]


def test_mean_divides_by_the_counts():
    counts = torch.tensor([2, 3, 1])
    segment = torch.tensor([0, 0, 1, 1, 1, 2])
    values = torch.tensor([1.0, 3.0, 3.0, 6.0, 9.0, 5.0])
    assert segment_mean(values, segment, counts).tolist() == [2, 6, 5]
    assert segment_mean(values[:, None], segment, counts).tolist() == [[2], [6], [5]]


def test_a_row_of_sites_counts_in_the_mean_as_all_that_it_stands_for():
    graphs = [supercell_graph(crystal, SiteNetSettings()) for crystal in (perovskite(), rock_salt())]
    batch = collate([replace(graph, site_counts=np.arange(graph.num_sites) + 1) for graph in graphs])
    first, second = torch.randn(5, 3), torch.randn(2, 3)
    expected = [first.repeat_interleave(torch.arange(5) + 1, 0).mean(0), (second[0] + 2 * second[1]) / 3]
    torch.testing.assert_close(mean_over_sites(torch.cat([first, second]), batch), torch.stack(expected))


def test_softmax_equals_that_of_each_segment():
    logits = torch.randn(6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = torch.cat([torch.softmax(logits[k == SEGMENT], dim=0) for k in (0, 2, 3)])
    torch.testing.assert_close(segment_softmax(logits, SEGMENT, 5, ONCE), expected)


def test_softmax_does_not_overflow():
    logits = torch.tensor([1000.0, 999.0, -1000.0, -1000.0])
    weights = segment_softmax(logits, torch.tensor([0, 0, 1, 1]), 2, torch.ones(4))
    torch.testing.assert_close(weights, torch.tensor([0.7310586, 0.2689414, 0.5, 0.5]))


def test_softmax_has_the_right_gradient():
    logits = torch.randn(6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda values: segment_softmax(values, SEGMENT, 5, ONCE.double()), logits)


def test_softmax_treats_each_column_by_itself():
    logits = torch.randn(6, 3)
    columns = [segment_softmax(column, SEGMENT, 5, ONCE) for column in logits.T]
    torch.testing.assert_close(segment_softmax(logits, SEGMENT, 5, ONCE), torch.stack(columns, dim=1))


def test_softmax_gives_a_row_the_weight_of_all_that_it_stands_for():
    logits, counts = torch.randn(6, 2), torch.tensor([3.0, 1.0, 2.0, 2.0, 1.0, 4.0])
    row = torch.arange(6).repeat_interleave(counts.long())
    repeated = segment_softmax(logits[row], SEGMENT[row], 5, torch.ones(len(row)))
    weights = segment_softmax(logits, SEGMENT, 5, counts)
    torch.testing.assert_close(weights, segment_sum(repeated, row, 6))
    torch.testing.assert_close(segment_sum(weights, SEGMENT, 5)[[0, 2, 3]], torch.ones(3, 2))
