import pytest

from core.config import build_settings
from core.errors import SettingError
from core.objective_settings import DeepInfoMaxSettings

KINDS = ("unrelated", "donated_geometry", "donated_species", "shuffled_species")


def test_the_published_objective_has_all_false_surroundings_and_no_critics():
    settings = build_settings("pretrain", "published").objective
    assert all(getattr(settings, kind) for kind in KINDS)
    assert (settings.form, settings.kl_weight, settings.scorer_width) == ("jensen_shannon", 0.1, 128)
    assert settings.prior_weight == settings.composition_weight == 0.0


def test_each_kind_of_false_surroundings_is_switched_by_itself():
    for kind in KINDS:
        changed = build_settings("pretrain", "standard", {f"objective.{kind}": "false"}).objective
        assert [getattr(changed, other) for other in KINDS] == [other != kind for other in KINDS]
        assert changed == DeepInfoMaxSettings(**{kind: False})


def test_site_embeddings_need_false_surroundings_of_some_kind():
    changes = {f"objective.{kind}": False for kind in KINDS[:3]}
    with pytest.raises(SettingError, match="no false surroundings"):
        build_settings("pretrain", changes=changes).check_together()
    changes.popitem()
    build_settings("pretrain", changes=changes).check_together()
