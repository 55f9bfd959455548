import json
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core import __version__
from core.config import FinetuneSettings, PretrainSettings
from core.errors import SettingError
from core.jobs import spec as spec_module
from core.jobs.spec import JobSpec, PropertySpec, StartingModel, installed_versions


@pytest.mark.parametrize(
    ("unit", "transform", "learned"),
    [("eV", "none", "eV"), ("S/cm", "log10", "log10(S/cm)"), ("", "log10", "log10"), ("", "none", "")],
)
def test_errors_of_a_log10_property_have_the_unit_of_its_logarithm(unit: str, transform: str, learned: str):
    assert PropertySpec(name="x", unit=unit, transform=transform).learned_unit == learned


@given(title=st.text(), seed=st.integers(), names=st.lists(st.text(), max_size=3))
def test_a_job_survives_json(title: str, seed: int, names: list[str]):
    spec = JobSpec(
        kind="finetune",
        title=title,
        seed=seed,
        settings=FinetuneSettings().model_dump(),
        properties=tuple(PropertySpec(name=name) for name in names),
        start_from=StartingModel(name="0001-pretrain", sha256="0" * 64),
    )
    assert JobSpec.model_validate(json.loads(json.dumps(spec.model_dump()))) == spec


def test_a_job_cannot_be_changed():
    spec = JobSpec(kind="pretrain")
    with pytest.raises(ValidationError, match="frozen"):
        spec.seed = 1


def test_a_job_with_an_unknown_entry_is_refused():
    with pytest.raises(ValidationError, match="colour"):
        JobSpec.model_validate({"kind": "pretrain", "colour": "red"})


def test_settings_are_those_of_the_kind_of_job():
    settings = PretrainSettings()
    spec = JobSpec(kind="pretrain", settings=settings.model_dump())
    assert spec.typed_settings() == settings


def test_a_setting_out_of_range_is_told_with_its_label_and_range():
    spec = JobSpec(kind="pretrain", settings={"training": {"epochs": -3}})
    with pytest.raises(SettingError, match=r"'Epochs' \(training\.epochs\) cannot be -3.*Allowed: 1 to"):
        spec.typed_settings()


def test_settings_of_another_kind_of_job_are_refused():
    spec = JobSpec(kind="predict", settings=FinetuneSettings().model_dump())
    with pytest.raises(SettingError, match="encoder"):
        spec.typed_settings()


def test_versions_of_what_changes_numbers_are_recorded():
    versions = JobSpec(kind="pretrain").versions
    assert versions["siteloupe"] == __version__
    assert versions["torch"] == version("torch")


def test_a_package_that_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spec_module, "RECORDED_PACKAGES", ("numpy", "no-such-package-as-this"))
    assert installed_versions().keys() == {"siteloupe", "python", "numpy"}
