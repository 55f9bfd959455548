from typing import Any

import pytest

from core.errors import SettingError
from core.settings import setting_fields
from core.training_settings import GROUPINGS, LabelledTrainingSettings, TrainingSettings


@pytest.mark.parametrize("model", [TrainingSettings, LabelledTrainingSettings])
def test_every_setting_says_what_it_is(model: type[TrainingSettings]):
    assert all(field.label and field.help for field in setting_fields(model))


def test_learning_from_labels_holds_out_a_test_that_keeps_formulas_together():
    settings = LabelledTrainingSettings()
    assert 0 < settings.test_fraction < 1
    assert settings.group_by in GROUPINGS
    assert not hasattr(TrainingSettings(), "test_fraction")


@pytest.mark.parametrize(
    ("changes", "count"),
    [({}, 1), ({"ensemble": 4}, 4), ({"blend": True}, 3), ({"blend": True, "ensemble": 5}, 5)],
)
def test_a_blend_has_three_networks_unless_more_are_asked_for(changes: dict[str, Any], count: int):
    assert LabelledTrainingSettings.model_validate(changes).num_networks == count


@pytest.mark.parametrize("changes", [{"keep": "best"}, {"keep": "last", "patience": 5}])
def test_what_a_blend_is_weighed_by_may_not_choose_its_networks(changes: dict[str, Any]):
    with pytest.raises(SettingError, match="cannot choose them too"):
        LabelledTrainingSettings.model_validate({**changes, "blend": True}).check_together()
    LabelledTrainingSettings.model_validate(changes).check_together()
