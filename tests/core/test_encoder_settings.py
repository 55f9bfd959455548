from core.encoder_settings import (
    CGCNNSettings,
    SiteNetMultiheadSettings,
    SiteNetSettings,
    SupercellSettings,
)
from core.settings import setting_fields


def test_a_setting_that_encoders_share_has_the_same_key():
    keys = [{field.key for field in setting_fields(model)} for model in (SiteNetSettings, CGCNNSettings)]
    assert keys[0] & keys[1] == {
        "merge_equivalent",
        "primitive_tolerance",
        "site_limit",
        "site_width",
        "crystal_width",
        "vacancy_input",
    }


def test_the_defaults_of_cgcnn_are_published_but_for_what_depends_on_the_file():
    settings = CGCNNSettings()
    assert (settings.cutoff, settings.neighbours, settings.convolutions) == (8.0, 12, 3)
    assert (settings.site_width, settings.crystal_width, settings.crystal_layers) == (64, 128, 1)
    assert (settings.neighbour_choice, settings.messages) == ("shells", "gated")


def test_both_forms_of_site_net_see_a_crystal_by_the_same_settings():
    of_supercells = {field.key for field in setting_fields(SupercellSettings)}
    for model in (SiteNetSettings, SiteNetMultiheadSettings):
        defaults = {field.key: field.default for field in setting_fields(model)}
        assert {key: defaults[key] for key in of_supercells} == SupercellSettings().model_dump()


def test_the_widths_of_the_supervised_site_net_are_the_published_ones():
    settings = SiteNetMultiheadSettings()
    assert (settings.blocks, settings.heads, settings.head_width, settings.pair_width) == (2, 3, 30, 48)
    assert (settings.element_width, settings.attention_width) == (92, 225)
    assert (settings.site_width, settings.crystal_width, settings.crystal_layers) == (94, 200, 3)
