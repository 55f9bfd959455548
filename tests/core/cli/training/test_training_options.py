from collections.abc import Callable
from typing import Any

import pytest

from core.cli.training import training_options
from core.config import JOB_SETTINGS, PRESETS, setting_fields

Siteloupe = Callable[..., Any]


@pytest.mark.parametrize("kind", ["pretrain", "finetune", "features", "study"])
def test_help_lists_every_setting_as_the_settings_describe_it(siteloupe: Siteloupe, kind: str):
    outcome = siteloupe(kind, "--help")
    assert outcome.status == 0
    for field in setting_fields(JOB_SETTINGS[kind]):
        assert f"\n  {field.key}={field.default}" in outcome.out
        assert field.help in outcome.out
        assert all(choice in outcome.out for choice in field.choices)
    assert all(preset in outcome.out for preset in PRESETS[kind])


def test_a_percent_sign_in_a_help_text_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch):
    fields = list(setting_fields(JOB_SETTINGS["pretrain"]))[:1]
    described = [type(field)(**{**vars(field), "help": "Keeps 90 % of it."}) for field in fields]
    monkeypatch.setattr(training_options, "setting_fields", lambda *_: described)
    help_text = training_options.settings_help("pretrain")
    assert "Keeps 90 % of it." in help_text
