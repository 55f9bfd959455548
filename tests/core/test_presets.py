import pytest

from core.config import ENCODERS, build_settings
from core.presets import (
    ENCODER_PRESETS,
    PRESET_WORDS,
    PRESETS,
    TRAINING_PRESETS,
    preset_changes,
    preset_help,
    proposed_preset,
)
from core.training_settings import NETWORKS_OF_A_BLEND


def test_every_encoder_says_what_was_published():
    assert sorted(ENCODER_PRESETS) == sorted(ENCODERS)


@pytest.mark.parametrize("kind", ["pretrain", "finetune"])
@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_published_preset_is_that_of_the_encoder(kind: str, encoder: str):
    values = build_settings(kind, "published", encoder=encoder).model_dump()
    of_training = TRAINING_PRESETS.get((kind, encoder), {}).get("published", {})
    for key, value in (ENCODER_PRESETS[encoder]["published"] | of_training).items():
        group, name = key.split(".")
        assert values[group][name] == value


def test_the_supervised_site_net_is_trained_as_published():
    """arXiv 2209.08190; the optimiser's amsgrad and its eps of 1e-7 are the same for all."""
    settings = build_settings("finetune", "published", encoder="site_net_multihead")
    assert settings.objective.loss == "mae"
    assert settings.objective.head_width == 0
    assert settings.training.learning_rate == 8.125971481941902e-4
    assert (settings.training.weight_decay, settings.training.gradient_clip) == (1e-4, 1.0)
    assert settings.training.schedule == "constant"
    assert settings.encoder.primitive_tolerance == 0.5


@pytest.mark.parametrize("encoder", ENCODERS)
def test_what_is_published_merges_no_sites(encoder: str):
    settings = build_settings("pretrain", "published", encoder=encoder).encoder
    assert getattr(settings, "merge_equivalent", False) is False


def test_a_job_that_trains_no_network_has_none_changed():
    assert preset_changes("predict", "standard", "cgcnn") == {}


@pytest.mark.parametrize("encoder", ENCODERS)
def test_what_is_recommended_is_the_standard_training_with_a_blend(encoder: str):
    recommended = build_settings("finetune", "recommended", encoder=encoder)
    recommended.check_together()
    blend_of_three = {"training.blend": True, "training.ensemble": 3}
    assert recommended == build_settings("finetune", "standard", blend_of_three, encoder)
    assert recommended.training.num_networks == recommended.training.ensemble  # what a form shows is trained
    assert not build_settings("finetune", encoder=encoder).training.blend


@pytest.mark.parametrize(
    ("pretrained", "num_labels", "as_classes", "preset"),
    [
        (True, 1000, False, "recommended"),
        (True, 1001, False, "standard"),
        (False, 200, False, "standard"),
        (True, 200, True, "standard"),
    ],
)
def test_a_blend_is_proposed_where_it_was_studied(
    pretrained: bool, num_labels: int, as_classes: bool, preset: str
):
    assert proposed_preset(pretrained=pretrained, num_labels=num_labels, as_classes=as_classes) == preset


@pytest.mark.parametrize("kind", PRESET_WORDS)
def test_every_preset_among_several_says_what_it_is_for(kind: str):
    assert list(PRESET_WORDS[kind]) == list(PRESETS[kind])


def test_the_presets_are_explained_in_one_line():
    assert preset_help("predict") == "standard"
    assert "standard: One network; recommended: Three networks" in preset_help("finetune")


def test_the_recommended_blend_has_as_many_networks_as_blends_have():
    assert PRESETS["finetune"]["recommended"]["training.ensemble"] == NETWORKS_OF_A_BLEND
