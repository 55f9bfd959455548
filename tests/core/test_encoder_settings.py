from core.encoder_settings import CGCNNSettings, SiteNetSettings
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
