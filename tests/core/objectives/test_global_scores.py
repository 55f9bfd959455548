import pytest
import torch

from core.config import DeepInfoMaxSettings, Settings
from core.graphs.batch import Batch
from core.objectives.deep_infomax import DeepInfoMax
from core.objectives.false_environments import random_order
from core.objectives.global_scores import false_sites, global_scores
from tests.core.encoders.dim_fixture import VARIANTS, DimFixture
from tests.core.objectives.networks import KINDS, batch_of, terms_of


@pytest.mark.parametrize(("activation", "noise"), VARIANTS)
def test_global_terms_of_each_site_match_the_original(shared_data, activation: str, noise: str):
    fixture = DimFixture(shared_data)
    objective, batch = fixture.objective(activation), fixture.batch()
    encoding = objective.encoder(batch)
    log_variance = objective.crystal_log_variance(encoding.crystal_hidden)
    torch.testing.assert_close(log_variance, fixture[f"{activation}/LV"], rtol=0, atol=1e-9)
    crystals = encoding.crystals + torch.exp(log_variance / 2) * fixture.noise(noise)[1]
    others = false_sites(objective.encoder, objective.settings, batch, fixture.order())
    numbers = {"donated_species": 2, "donated_geometry": 3, "shuffled_species": 4}
    for kind, number in numbers.items():
        expected = fixture[f"{activation}/S_false{number}"]
        torch.testing.assert_close(others[kind], expected, rtol=0, atol=1e-9, msg=kind)
    scored = global_scores(
        objective.global_scorer, objective.settings, crystals, encoding.sites, others, batch
    )
    found = terms_of(*scored)
    names = {"true": "true", "unrelated": "false1"} | {kind: f"false{k}" for kind, k in numbers.items()}
    assert found.keys() == names.keys()
    for ours, theirs in names.items():
        expected = fixture[f"{activation}/{noise}/global/{theirs}"]
        torch.testing.assert_close(found[ours], expected, rtol=0, atol=2e-8, msg=theirs)


def test_made_up_crystals_have_no_gradient_and_leave_the_statistics_of_the_encoder(
    objective: DeepInfoMax, batch: Batch
):
    before = {name: value.clone() for name, value in objective.encoder.named_buffers() if "running" in name}
    others = false_sites(objective.encoder, objective.settings, batch, random_order(batch))
    assert set(others) == set(KINDS[1:])
    assert not any(embedded.requires_grad for embedded in others.values())
    for name, value in before.items():
        assert torch.equal(objective.encoder.get_buffer(name), value), name


def test_a_partner_of_the_same_crystal_is_no_false_pair(objective: DeepInfoMax, settings: Settings):
    """Of quartz (sites 0-8) and rock salt (9, 10): the partner of site i is i - 5, around 11."""
    batch = batch_of(settings.model_copy(update={"merge_equivalent": False}), "quartz", "rock_salt")
    encoding, chosen = objective.encoder(batch), objective.settings
    others = false_sites(objective.encoder, chosen, batch, random_order(batch))
    scorer = objective.global_scorer
    _, false = global_scores(scorer, chosen, encoding.crystals, encoding.sites, others, batch)
    assert set(false) == set(KINDS)
    for kind, scores in false.items():
        expected = [kind == "shuffled_species" or site in (3, 4, 9, 10) for site in range(11)]
        assert scores.is_valid.tolist() == expected, kind


def test_the_contrastive_form_holds_a_site_against_every_other_crystal(
    objective: DeepInfoMax, settings: Settings
):
    batch = batch_of(settings, "quartz", "rock_salt", "hcp")
    encoding, chosen = objective.encoder(batch), DeepInfoMaxSettings(form="infonce")
    scorer = objective.global_scorer
    _, false = global_scores(scorer, chosen, encoding.crystals, encoding.sites, {}, batch)
    unrelated = false["unrelated"]
    for site in range(batch.num_sites):
        others = [k for k in range(3) if k != batch.site_crystal[site]]
        embedding = encoding.sites[site].expand(2, -1)
        expected = scorer(encoding.crystals, embedding, torch.tensor(others))
        torch.testing.assert_close(unrelated.values[unrelated.site == site], expected)
    assert torch.equal(unrelated.weights, torch.full_like(unrelated.weights, 0.5))
