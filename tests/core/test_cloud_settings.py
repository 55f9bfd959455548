import pytest

from core.cloud_settings import CloudSettings
from core.errors import SettingError
from core.settings import setting_fields


def test_the_published_clouds_have_twenty_neighbours_and_three_noise_levels():
    settings = CloudSettings()
    assert settings.neighbours == 20
    assert settings.levels == (0.01, 0.03, 0.05)
    assert settings.fewest_particles == 4096
    settings.check_together()


def test_every_setting_says_what_it_is():
    assert all(field.label and field.help for field in setting_fields(CloudSettings))


@pytest.mark.parametrize("text", ["", ",", "a", "0.1; 0.2", "-0.1", "2", "nan", "inf"])
def test_noise_levels_that_are_no_numbers_from_0_to_1_are_refused(text: str):
    with pytest.raises(SettingError, match="not numbers from 0 to 1"):
        CloudSettings(noise_levels=text).check_together()


def test_a_level_given_twice_is_refused():
    with pytest.raises(SettingError, match="comes twice"):
        CloudSettings(noise_levels="0.1, 0.10").check_together()


def test_a_level_of_0_means_undisturbed_crystals():
    settings = CloudSettings(noise_levels="0")
    settings.check_together()
    assert settings.levels == (0.0,)
