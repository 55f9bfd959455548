from math import log

import pytest
import torch

from core.config import ENCODERS as ENCODER_SETTINGS
from core.config import DeepInfoMaxSettings, Settings, SiteNetSettings
from core.encoders import ENCODERS, create_encoder
from core.errors import TooFewStructures
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.objectives.deep_infomax import DeepInfoMax, mean_over_crystals
from tests.core.encoders.dim_fixture import DimFixture
from tests.core.encoders.padded_site_net import pad, total_loss
from tests.core.graphs.crystals import CRYSTALS

NUM_FEATURES = 10
VARIANTS = [(activation, noise) for activation in ("relu", "mish") for noise in ("eps0", "eps1")]


def batch_of(settings: Settings, *names: str) -> Batch:
    return collate([build_crystal_graph(CRYSTALS[name], settings) for name in names])


@pytest.fixture(params=sorted(ENCODERS))
def encoder_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def settings(encoder_name: str) -> Settings:
    return ENCODER_SETTINGS[encoder_name]()


@pytest.fixture
def batch(settings: Settings) -> Batch:
    return batch_of(settings, *CRYSTALS)


@pytest.fixture
def objective(encoder_name: str, settings: Settings, batch: Batch) -> DeepInfoMax:
    torch.manual_seed(0)
    num_features = batch.site_features.shape[1]
    encoder = create_encoder(encoder_name, settings, num_features)
    return DeepInfoMax(encoder, DeepInfoMaxSettings(), num_features)


def know_nothing(objective: DeepInfoMax) -> DeepInfoMax:
    """Make every score zero."""
    for scorer in (objective.local_scorer, objective.global_scorer):
        torch.nn.init.zeros_(scorer.key.out.weight)
        torch.nn.init.zeros_(scorer.key.out.bias)
    return objective


def noise_of(fixture: DimFixture, noise: str) -> tuple[torch.Tensor, torch.Tensor]:
    factor = {"eps0": 0.0, "eps1": 1.0}[noise]
    return factor * fixture["in/eps_local"], factor * fixture["in/eps_global"]


@pytest.mark.parametrize(("activation", "noise"), VARIANTS)
def test_terms_of_each_site_match_the_original(shared_data, activation: str, noise: str):
    fixture = DimFixture(shared_data)
    objective, batch = fixture.objective(activation), fixture.batch()
    site_noise, crystal_noise = noise_of(fixture, noise)
    encoding = objective.encoder(batch)
    log_variances = (
        objective.site_log_variance(encoding.site_hidden),
        objective.crystal_log_variance(encoding.crystal_hidden),
    )
    local = objective.local_terms(encoding.sites + torch.exp(log_variances[0] / 2) * site_noise, batch)
    global_ = objective.global_terms(
        encoding.crystals + torch.exp(log_variances[1] / 2) * crystal_noise, encoding.sites, batch
    )
    torch.testing.assert_close(log_variances[0], fixture[f"{activation}/lv"], rtol=0, atol=1e-9)
    torch.testing.assert_close(log_variances[1], fixture[f"{activation}/LV"], rtol=0, atol=1e-9)
    for terms, level, true, false in ((local, "local", "T", "F1"), (global_, "global", "true", "false1")):
        unrelated, is_false = terms.false["unrelated"]
        assert is_false.all()
        expected = fixture[f"{activation}/{noise}/{level}/{true}"]
        torch.testing.assert_close(terms.true, expected, rtol=0, atol=2e-8)
        expected = fixture[f"{activation}/{noise}/{level}/{false}"]
        torch.testing.assert_close(unrelated, expected, rtol=0, atol=2e-8)


@pytest.mark.parametrize(("activation", "noise"), VARIANTS)
def test_losses_match_the_original_without_extra_false_samples(shared_data, activation: str, noise: str):
    fixture = DimFixture(shared_data)
    losses = fixture.objective(activation).losses_with_noise(fixture.batch(), *noise_of(fixture, noise))
    expected = {
        "local": fixture[f"{activation}/{noise}/local/L_noextra"].item(),
        "global": fixture[f"{activation}/{noise}/global/L_noextra"].item(),
        "kl_local": fixture[f"{activation}/KL_local"].item(),
        "kl_global": fixture[f"{activation}/KL_global"].item(),
    }
    assert losses.metrics == pytest.approx(expected, rel=0, abs=2e-8)
    total = expected["local"] + expected["global"] + 0.1 * (expected["kl_local"] + expected["kl_global"])
    assert losses.total.item() == pytest.approx(total, abs=1e-7)


@pytest.mark.parametrize("activation", ["relu", "mish"])
def test_loss_and_gradients_equal_the_padded_formulas(activation: str):
    batch = batch_of(SiteNetSettings(), *CRYSTALS)
    encoder = create_encoder("site_net", SiteNetSettings(local_activation=activation), NUM_FEATURES)
    objective = DeepInfoMax(encoder, DeepInfoMaxSettings(), NUM_FEATURES).double()
    double = batch.double()
    noise = (torch.randn(batch.num_sites, 32).double(), torch.randn(batch.num_crystals, 64).double())
    ours = objective.losses_with_noise(double, *noise).total
    plain = total_loss(objective, pad(double), *noise)
    torch.testing.assert_close(ours, plain, rtol=0, atol=1e-10)
    parameters = list(objective.parameters())
    for found, expected in zip(
        torch.autograd.grad(ours, parameters), torch.autograd.grad(plain, parameters), strict=True
    ):
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("names", [sorted(CRYSTALS), ["quartz", "rock_salt"], ["rock_salt", "hcp"]])
def test_without_information_each_loss_is_two_ln_two(
    objective: DeepInfoMax, settings: Settings, names: list[str]
):
    """Also where one crystal holds more than half of the sites and some partners are its own."""
    losses = know_nothing(objective).losses(batch_of(settings, *names))
    assert losses.local.item() == pytest.approx(2 * log(2), abs=1e-5)
    assert losses.global_.item() == pytest.approx(2 * log(2), abs=1e-5)


def test_a_partner_of_the_same_crystal_is_no_false_pair(objective: DeepInfoMax, settings: Settings):
    """Of quartz (sites 0-8) and rock salt (9, 10): the partner of site i is i - 5, around 11."""
    batch = batch_of(settings, "quartz", "rock_salt")
    encoding = objective.encoder(batch)
    expected = [site in (3, 4, 9, 10) for site in range(11)]
    for terms in (
        objective.local_terms(encoding.sites, batch),
        objective.global_terms(encoding.crystals, encoding.sites, batch),
    ):
        assert terms.false["unrelated"][1].tolist() == expected


def test_a_crystal_alone_is_an_error_that_says_what_to_change(objective: DeepInfoMax, settings: Settings):
    with pytest.raises(TooFewStructures, match="only one") as caught:
        objective.losses(batch_of(settings, "quartz"))
    assert "Pairs per batch" in caught.value.hint


def test_local_loss_trains_the_site_layers_only_and_global_loss_the_crystal_layers(
    objective: DeepInfoMax, batch: Batch
):
    losses = objective.losses(batch)
    local, global_ = objective.parameter_groups()
    for loss, own, other in (
        (losses.local + losses.kl_local, local, global_),
        (losses.global_ + losses.kl_global, global_, local),
    ):
        gradients = torch.autograd.grad(loss, own + other, retain_graph=True, allow_unused=True)
        assert all(
            gradient is not None and torch.isfinite(gradient).all() for gradient in gradients[: len(own)]
        )
        assert all(gradient is None for gradient in gradients[len(own) :])


def test_parameter_groups_hold_every_weight_once(objective: DeepInfoMax):
    local, global_ = objective.parameter_groups()
    assert sorted(map(id, local + global_)) == sorted(map(id, objective.parameters()))


def test_one_optimiser_does_what_two_do(objective: DeepInfoMax, batch: Batch):
    """AdamW treats each weight by itself, and the losses share none."""
    generator = torch.Generator().manual_seed(1)
    losses = objective.losses(batch, generator)
    local, global_ = objective.parameter_groups()
    together = torch.autograd.grad(losses.total, local + global_, retain_graph=True)
    weight = objective.kl_weight
    apart = (
        *torch.autograd.grad(losses.local + weight * losses.kl_local, local, retain_graph=True),
        *torch.autograd.grad(losses.global_ + weight * losses.kl_global, global_),
    )
    for one, other in zip(together, apart, strict=True):
        torch.testing.assert_close(one, other)


def test_the_generator_decides_the_noise(objective: DeepInfoMax, batch: Batch):
    def total(seed: int) -> float:
        return objective.losses(batch, torch.Generator().manual_seed(seed)).total.item()

    assert total(1) == total(1) != total(2)


def test_without_penalty_there_is_no_noise():
    batch = batch_of(SiteNetSettings(), *CRYSTALS)
    encoder = create_encoder("site_net", SiteNetSettings(), NUM_FEATURES)
    objective = DeepInfoMax(encoder, DeepInfoMaxSettings(kl_weight=0.0), NUM_FEATURES)
    assert objective.losses(batch).total.item() == objective.losses(batch).total.item()
    assert objective.losses(batch).kl_local.item() == 0.0


def test_crystals_count_equally_whatever_their_size():
    batch = batch_of(SiteNetSettings(), "quartz", "rock_salt")
    values = torch.tensor([1.0] * 9 + [4.0, 6.0])
    assert mean_over_crystals(values, batch).item() == pytest.approx(3.0)
    counted = torch.tensor([True] * 2 + [False] * 7 + [True, False])
    assert mean_over_crystals(values, batch, counted).item() == pytest.approx(2.5)


def test_training_lowers_the_local_loss(objective: DeepInfoMax, batch: Batch):
    optimiser = torch.optim.AdamW(objective.parameters(), lr=1e-3)
    generator = torch.Generator().manual_seed(0)
    history = []
    for _ in range(60):
        optimiser.zero_grad()
        losses = objective.losses(batch, generator)
        losses.total.backward()
        optimiser.step()
        history.append(losses.local.item())
    assert sum(history[-10:]) / 10 < 0.8 * sum(history[:10]) / 10
