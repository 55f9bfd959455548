import pytest
import torch

from core.encoders.geometric_algebra.geometry import geometry
from core.encoders.geometric_algebra.pair_values import PairValues
from core.encoders.geometric_algebra.products import MULTIVECTORS, VECTORS, Form
from tests.core.encoders.geometric_algebra.clouds import any_cloud


@pytest.mark.parametrize("form", [VECTORS, MULTIVECTORS], ids=str)
@pytest.mark.parametrize("learned_mixing", [False, True])
def test_terms_add_up_to_the_value_of_each_pair(form: Form, learned_mixing: bool):
    torch.manual_seed(0)
    values = PairValues(form, 4, normalised=True, learned_mixing=learned_mixing, running_norm=True).double()
    values.norm.running_mean.normal_()
    pairs = geometry(form, any_cloud(form, 2, 3), any_cloud(form, 2, 5, seed=1), normalised=True)
    v, others = torch.randn(2, 3, 4).double(), torch.randn(2, 5, 4).double()
    terms, weight = values.terms(pairs, v, others)
    before = pairs.pair_invariants @ weight + terms.hidden_centre[:, :, None] + terms.hidden_other[:, None]
    hidden = torch.relu(values.hidden_norm(before))
    found = hidden @ terms.readout + terms.centre[:, :, None] + terms.other[:, None]

    invariants = torch.cat(
        [
            pairs.pair_invariants,
            pairs.point_invariants[:, :, None].expand(-1, -1, 5, -1),
            pairs.other_invariants[:, None].expand(-1, 3, -1, -1),
        ],
        dim=-1,
    )
    deviation = values.norm.running_var.sqrt()
    network = torch.nn.Sequential(values.first, values.hidden_norm, torch.nn.ReLU(), values.last)
    merge, join = values.kernels()
    merged = (v @ merge[0])[:, :, None] + (others @ merge[1])[:, None]
    expected = network((invariants - values.norm.running_mean) / deviation) @ join[0] + merged @ join[1]
    torch.testing.assert_close(found, expected)


def test_without_learned_mixing_it_is_the_mean_of_its_terms():
    merge, join = PairValues(
        VECTORS, 4, normalised=False, learned_mixing=False, running_norm=False, num_joined=3
    ).kernels()
    torch.testing.assert_close(merge.sum(0), torch.eye(4))
    torch.testing.assert_close(join.sum(0), torch.eye(4))
