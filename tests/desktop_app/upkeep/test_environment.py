from pathlib import Path

import pytest

from desktop_app.upkeep import environment
from desktop_app.upkeep.environment import prepare_environment


def test_software_webgl_is_allowed():
    environ: dict[str, str] = {}
    prepare_environment(environ)
    assert "--ignore-gpu-blocklist" in environ["QTWEBENGINE_CHROMIUM_FLAGS"]


@pytest.mark.parametrize(("root", "expected"), [(True, True), (False, False)])
def test_only_root_runs_without_the_sandbox(monkeypatch: pytest.MonkeyPatch, root: bool, expected: bool):
    monkeypatch.setattr(environment, "_is_root", lambda: root)
    environ: dict[str, str] = {}
    prepare_environment(environ)
    assert ("--no-sandbox" in environ["QTWEBENGINE_CHROMIUM_FLAGS"]) is expected


def test_what_the_user_has_set_is_left_alone():
    chosen = {"QTWEBENGINE_CHROMIUM_FLAGS": "--mine", "QTWEBENGINE_FORCE_USE_GBM": "1"}
    environ = dict(chosen)
    prepare_environment(environ)
    assert environ == chosen


@pytest.mark.parametrize(("nodes", "expected"), [(["renderD128"], None), (["card0"], "0")])
def test_buffers_of_a_graphics_card_are_not_asked_for_without_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nodes: list[str], expected: str | None
):
    for node in nodes:
        (tmp_path / node).touch()
    monkeypatch.setattr(environment, "_RENDER_NODES", tmp_path)
    environ: dict[str, str] = {}
    prepare_environment(environ)
    assert environ.get("QTWEBENGINE_FORCE_USE_GBM") == expected
