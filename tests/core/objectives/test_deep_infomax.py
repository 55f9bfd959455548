from math import log

import pytest
import torch

from core.config import DeepInfoMaxSettings, Settings, SiteNetSettings
from core.encoders import create_encoder
from core.errors import SettingError, TooFewStructures
from core.graphs.batch import Batch
from core.objectives.deep_infomax import DeepInfoMax
from core.objectives.false_environments import random_order, with_species_shuffled
from tests.core.encoders.dim_fixture import VARIANTS, DimFixture
from tests.core.encoders.padded_site_net import pad, total_loss
from tests.core.graphs.crystals import CRYSTALS
from tests.core.objectives.networks import KINDS, batch_of, know_nothing, objective_for

NUM_FEATURES = 10
UNRELATED_ALONE = DeepInfoMaxSettings(donated_geometry=False, donated_species=False, shuffled_species=False)


@pytest.mark.parametrize(
    ("settings", "masks", "local", "global_"),
    [
        (DeepInfoMaxSettings(), "ref", "L_ref", "L"),
        (DeepInfoMaxSettings(), "fix", "L_fix", "L"),
        (UNRELATED_ALONE, "fix", "L_noextra", "L_noextra"),
    ],
)
@pytest.mark.parametrize(("activation", "noise"), VARIANTS)
def test_losses_match_the_original(
    shared_data,
    activation: str,
    noise: str,
    settings: DeepInfoMaxSettings,
    masks: str,
    local: str,
    global_: str,
):
    fixture = DimFixture(shared_data)
    objective = fixture.objective(activation, settings, reference_masks=masks == "ref")
    losses = objective.losses_with_noise(fixture.batch(), *fixture.noise(noise), fixture.order())
    expected = {
        "local": fixture[f"{activation}/{noise}/local/{local}"].item(),
        "global": fixture[f"{activation}/{noise}/global/{global_}"].item(),
        "kl_local": fixture[f"{activation}/KL_local"].item(),
        "kl_global": fixture[f"{activation}/KL_global"].item(),
    }
    assert losses.metrics == pytest.approx(expected, rel=0, abs=2e-8)
    total = expected["local"] + expected["global"] + 0.1 * (expected["kl_local"] + expected["kl_global"])
    assert losses.total.item() == pytest.approx(total, abs=1e-7)


@pytest.mark.parametrize(("activation", "noise"), VARIANTS)
def test_gradients_match_the_original(shared_data, activation: str, noise: str):
    fixture = DimFixture(shared_data)
    objective = fixture.objective(activation, reference_masks=True)
    losses = objective.losses_with_noise(fixture.batch(), *fixture.noise(noise), fixture.order())
    losses.total.backward()
    for theirs, ours in fixture.names().items():
        found = objective.get_parameter(ours).grad
        assert found is not None, ours
        expected = fixture[f"{activation}/{noise}/grad/{theirs}"].item()
        assert found.norm().item() == pytest.approx(expected, rel=1e-8, abs=2e-8), ours


@pytest.mark.parametrize("reference_masks", [False, True])
@pytest.mark.parametrize("activation", ["relu", "mish"])
def test_loss_and_gradients_equal_the_padded_formulas(activation: str, reference_masks: bool):
    batch = batch_of(SiteNetSettings(merge_equivalent=False), *CRYSTALS).double()
    encoder = create_encoder("site_net", SiteNetSettings(local_activation=activation), NUM_FEATURES)
    objective = DeepInfoMax(encoder, DeepInfoMaxSettings(), NUM_FEATURES, reference_masks).double()
    noise = (torch.randn(batch.num_sites, 32).double(), torch.randn(batch.num_crystals, 64).double())
    order = random_order(batch)
    ours = objective.losses_with_noise(batch, *noise, order).total
    shuffled = pad(with_species_shuffled(batch, order)).neighbours
    plain = total_loss(objective, pad(batch), *noise, shuffled, reference_masks)
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


@pytest.mark.parametrize("kind", KINDS[:3])
def test_each_kind_alone_knows_nothing_at_two_ln_two(batch: Batch, encoder_name: str, kind: str):
    chosen = DeepInfoMaxSettings(**{name: name == kind for name in KINDS})
    losses = know_nothing(objective_for(batch, encoder_name, chosen)).losses(batch)
    assert losses.local.item() == pytest.approx(2 * log(2), abs=1e-5)
    assert losses.global_.item() == pytest.approx(2 * log(2), abs=1e-5)


def test_without_false_surroundings_there_is_nothing_to_learn():
    encoder = create_encoder("site_net", SiteNetSettings(), NUM_FEATURES)
    settings = DeepInfoMaxSettings(unrelated=False, donated_geometry=False, donated_species=False)
    with pytest.raises(SettingError, match="no false surroundings"):
        DeepInfoMax(encoder, settings, NUM_FEATURES)


def test_the_contrastive_form_knows_nothing_at_the_logarithm_of_its_choices(batch: Batch, encoder_name: str):
    """One true surrounding among three kinds of false ones, and one crystal among four."""
    objective = know_nothing(objective_for(batch, encoder_name, DeepInfoMaxSettings(form="infonce")))
    losses = objective.losses(batch)
    assert losses.local.item() == pytest.approx(log(1 + 3), abs=1e-5)
    assert losses.global_.item() == pytest.approx(log(1 + 4), abs=1e-5)


def test_the_penalty_has_its_share_in_training_alone(objective: DeepInfoMax):
    objective.kl_share = 0.25
    assert objective.train().kl_weight == pytest.approx(0.025)
    assert objective.eval().kl_weight == pytest.approx(0.1)


def test_critics_judge_one_level_each(batch: Batch, encoder_name: str):
    chosen = DeepInfoMaxSettings(prior_weight=0.1, composition_weight=0.2)
    objective = objective_for(batch, encoder_name, chosen)
    fractions = torch.eye(103)[: batch.num_crystals]
    losses = objective.losses(batch, torch.Generator().manual_seed(0), fractions)
    parts = losses.local + losses.global_ + 0.1 * (losses.kl_local + losses.kl_global)
    torch.testing.assert_close(losses.total, parts + sum(losses.critics.values()))
    local, global_ = objective.parameter_groups()
    for name, own, other in (
        ("prior_local", local, global_),
        ("prior_global", global_, local),
        ("composition", global_, local),
    ):
        gradients = torch.autograd.grad(losses.critics[name], own, retain_graph=True, allow_unused=True)
        assert any(gradient is not None for gradient in gradients)
        crossing = torch.autograd.grad(losses.critics[name], other, retain_graph=True, allow_unused=True)
        assert all(gradient is None for gradient in crossing)


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
    objective = DeepInfoMax(encoder, UNRELATED_ALONE.model_copy(update={"kl_weight": 0.0}), NUM_FEATURES)
    assert objective.losses(batch).total.item() == objective.losses(batch).total.item()
    assert objective.losses(batch).kl_local.item() == 0.0


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
