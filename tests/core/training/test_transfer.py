import copy

import pytest
import torch
from torch import nn

from core.config import CGCNNSettings, SiteNetSettings, TransferSettings
from core.encoders import create_encoder
from core.encoders.encoding import Encoder
from core.errors import SettingError
from core.graphs.element_vectors import NUM_ELEMENTS
from core.training.transfer import frozen_modules, plan_transfer, rate_groups, renew_deeper_layers


@pytest.fixture
def cgcnn() -> Encoder:
    """Three convolutions."""
    return create_encoder("cgcnn", CGCNNSettings(site_width=8, crystal_width=4), NUM_ELEMENTS + 1)


@pytest.fixture
def site_net() -> Encoder:
    return create_encoder("site_net", SiteNetSettings(hidden_width=8, site_width=4, crystal_width=4), 10)


CONVOLUTIONS = ("convolution 1", "convolution 2", "convolution 3")


@pytest.mark.parametrize(
    ("settings", "frozen"),
    [
        (TransferSettings(), ()),
        (TransferSettings(freeze="embedding"), ("embedding",)),
        (TransferSettings(freeze="layers", frozen_layers=2), ("embedding", *CONVOLUTIONS[:2])),
        (TransferSettings(freeze="sites"), ("embedding", *CONVOLUTIONS)),
        (TransferSettings(freeze="encoder"), ("encoder",)),
    ],
)
def test_layers_are_fixed_from_the_input_upwards(
    cgcnn: Encoder, settings: TransferSettings, frozen: tuple[str, ...]
):
    plan = plan_transfer(cgcnn, settings, has_start=True)
    assert (plan.loaded, plan.frozen, plan.new) == (("encoder",), frozen, ("head",))
    chosen = {id(p) for module in frozen_modules(cgcnn, settings) for p in module.parameters()}
    groups = cgcnn.layer_groups()
    names = list(groups) if frozen == ("encoder",) else frozen
    assert chosen == {id(p) for name in names for layer in groups[name] for p in layer.parameters()}


def test_layers_above_the_fixed_ones_are_made_anew(cgcnn: Encoder):
    settings = TransferSettings(freeze="layers", frozen_layers=1, deeper="new")
    plan = plan_transfer(cgcnn, settings, has_start=True)
    assert plan.loaded == plan.frozen == ("embedding", "convolution 1")
    assert plan.new == ("convolution 2", "convolution 3", "crystal layers", "head")
    before = copy.deepcopy(cgcnn.state_dict())
    fresh = copy.deepcopy(cgcnn)
    for parameter in fresh.parameters():
        nn.init.constant_(parameter, 0.5)
    renew_deeper_layers(cgcnn, fresh, settings)
    for name, value in cgcnn.named_parameters():
        is_kept = name.startswith(("site_layers.embedding", "site_layers.convolutions.0"))
        expected = before[name] if is_kept else torch.full_like(value, 0.5)
        assert torch.equal(value, expected), name


def test_a_plan_is_said_in_words(cgcnn: Encoder):
    settings = TransferSettings(freeze="embedding", deeper="new")
    assert plan_transfer(cgcnn, settings, has_start=True).sentence("0003-pretrain") == (
        "Taken over from '0003-pretrain': embedding; kept fixed: embedding; started afresh: convolution 1, "
        "convolution 2, convolution 3, crystal layers, head."
    )
    assert plan_transfer(cgcnn, TransferSettings(), has_start=True).sentence("0003-pretrain") == (
        "Taken over from '0003-pretrain': encoder; started afresh: head."
    )


def test_a_network_from_scratch_takes_nothing_over(cgcnn: Encoder):
    plan = plan_transfer(cgcnn, TransferSettings(freeze="encoder"), has_start=False)
    assert (plan.loaded, plan.frozen, plan.new) == ((), ("encoder",), ())


def test_more_layers_than_there_are_cannot_be_fixed(site_net: Encoder):
    settings = TransferSettings(freeze="layers", frozen_layers=2)
    with pytest.raises(SettingError, match=r"2 layers .* has 1 above its embedding \(attention\)"):
        plan_transfer(site_net, settings, has_start=True)


def test_rates_fall_with_the_distance_from_the_output(cgcnn: Encoder):
    head = nn.Linear(4, 1)
    groups = rate_groups(cgcnn, head, 0.5)
    assert [factor for _, factor in groups] == [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]
    layers = [[head], *reversed(cgcnn.layer_groups().values())]
    for (parameters, _), expected in zip(groups, layers, strict=True):
        assert {id(p) for p in parameters} == {id(p) for layer in expected for p in layer.parameters()}


def test_fixed_layers_have_no_rate(cgcnn: Encoder):
    for module in frozen_modules(cgcnn, TransferSettings(freeze="sites")):
        module.requires_grad_(False)
    assert [factor for _, factor in rate_groups(cgcnn, nn.Linear(4, 1), 0.5)] == [1.0, 0.5]


def test_without_a_factor_all_parameters_are_one_group(site_net: Encoder):
    head = nn.Linear(4, 1)
    ((parameters, factor),) = rate_groups(site_net, head, 1.0)
    assert factor == 1.0
    assert len(parameters) == len([*site_net.parameters(), *head.parameters()])
