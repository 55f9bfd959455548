import pytest
import torch

from core.config import Settings
from core.objectives.deep_infomax import DeepInfoMax
from core.objectives.local_scores import local_scores
from tests.core.encoders.dim_fixture import VARIANTS, DimFixture
from tests.core.objectives.networks import batch_of, terms_of


@pytest.mark.parametrize("masks", ["ref", "fix"])
@pytest.mark.parametrize(("activation", "noise"), VARIANTS)
def test_local_terms_of_each_site_match_the_original(shared_data, activation: str, noise: str, masks: str):
    fixture = DimFixture(shared_data)
    objective, batch = fixture.objective(activation), fixture.batch()
    encoding = objective.encoder(batch)
    log_variance = objective.site_log_variance(encoding.site_hidden)
    torch.testing.assert_close(log_variance, fixture[f"{activation}/lv"], rtol=0, atol=1e-9)
    sites = encoding.sites + torch.exp(log_variance / 2) * fixture.noise(noise)[0]
    scored = local_scores(objective.local_scorer, objective.settings, sites, batch, masks == "ref")
    found = terms_of(*scored)
    names = {"true": "T", "unrelated": "F1", "donated_geometry": f"F2_{masks}"}
    names["donated_species"] = f"F3_{masks}"
    assert found.keys() == names.keys()
    for ours, theirs in names.items():
        expected = fixture[f"{activation}/{noise}/local/{theirs}"]
        torch.testing.assert_close(found[ours], expected, rtol=0, atol=2e-8, msg=theirs)


def test_weights_of_every_kind_add_up_to_one(objective: DeepInfoMax, settings: Settings):
    batch = batch_of(settings, "quartz", "rock_salt", "hcp")
    sites = objective.encoder(batch).sites
    true, false = local_scores(objective.local_scorer, objective.settings, sites, batch)
    for scores in (true, *false.values()):
        torch.testing.assert_close(
            scores.mean_of(torch.ones_like(scores.values)), torch.ones(batch.num_sites)
        )


def test_a_partner_of_the_same_crystal_is_no_false_pair(objective: DeepInfoMax, settings: Settings):
    """Of quartz (sites 0-8) and rock salt (9, 10): the partner of site i is i - 5, around 11."""
    batch = batch_of(settings.model_copy(update={"merge_equivalent": False}), "quartz", "rock_salt")
    sites = objective.encoder(batch).sites
    _, false = local_scores(objective.local_scorer, objective.settings, sites, batch)
    for scores in false.values():
        assert scores.is_valid.tolist() == [site in (3, 4, 9, 10) for site in range(11)]
