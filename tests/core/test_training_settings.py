import pytest

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
