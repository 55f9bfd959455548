import json
import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from core.cli import doctor_command
from core.cli.doctor_command import is_ours
from core.training.model.model_file import save_model
from tests.core.models import GAP, untrained_model

Siteloupe = Callable[..., Any]
WINDOW = [["Qt", "6.11.3", ""], ["3-D page", "WebGL works", ""]]


@pytest.fixture(autouse=True)
def healthy(monkeypatch: pytest.MonkeyPatch, shipped_folder: Path) -> None:
    """A machine with nothing else of Siteloupe's at work, and a window that answers at once."""
    own, connections = psutil.Process(), psutil.Process.net_connections
    own.info = {"cmdline": []}
    of_pytest = {one.laddr for one in connections(own)}
    monkeypatch.setattr(psutil, "process_iter", lambda names: [own])
    monkeypatch.setattr(
        psutil.Process,
        "net_connections",
        lambda self, kind: [one for one in connections(self, kind) if one.laddr not in of_pytest],
    )
    answer(monkeypatch, json.dumps(WINDOW))


def answer(monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str = "") -> None:
    """Let the process that is asked for the window say this."""
    finished = SimpleNamespace(stdout=stdout, stderr=stderr, returncode=-6)
    run = SimpleNamespace(run=lambda *_, **options: finished, TimeoutExpired=subprocess.TimeoutExpired)
    monkeypatch.setattr(doctor_command, "subprocess", run)


def test_a_healthy_installation_is_told_in_full(siteloupe: Siteloupe):
    outcome = siteloupe("doctor")
    assert (outcome.status, outcome.err) == (0, "")
    assert "Nothing is wrong" in outcome.out
    content = siteloupe("doctor", "--json").json
    found = {one["name"]: one["found"] for one in content["findings"]}
    assert found["Open ports"] == "none"
    assert found["3-D page"] == "WebGL works"
    assert found["Device"].startswith("processor")
    assert found["torch"][0].isdigit()
    assert content["problems"] == []


def test_a_port_that_listens_is_a_problem(siteloupe: Siteloupe):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        outcome = siteloupe("doctor", "--json")
    assert outcome.status == 1
    (problem,) = outcome.json["problems"]
    assert f"127.0.0.1 port {port}" in problem
    assert problem in outcome.err


def test_a_job_of_several_processes_may_listen(siteloupe: Siteloupe, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(psutil.Process, "environ", lambda self: {"MASTER_ADDR": "127.0.0.1"})
    with socket.create_server(("127.0.0.1", 0)):
        assert siteloupe("doctor").status == 0


def test_a_missing_package_is_a_problem(siteloupe: Siteloupe, monkeypatch: pytest.MonkeyPatch):
    installed = doctor_command.version

    def version(name: str) -> str:
        if name in ("gemmi", "pyqtgraph"):  # the second is the window's
            raise PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr(doctor_command, "version", version)
    outcome = siteloupe("doctor", "--json")
    assert outcome.status == 1
    assert outcome.json["problems"] == ["'gemmi' is not installed: install Siteloupe again."]


def test_another_package_called_core_is_a_problem(
    siteloupe: Siteloupe, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    outcome = siteloupe("doctor")
    assert outcome.status == 1
    assert f"another package called 'core' ({tmp_path / 'core'})" in outcome.err


def test_a_damaged_shipped_model_is_a_problem(siteloupe: Siteloupe, shipped_folder: Path):
    save_model(shipped_folder / "sound.safetensors", untrained_model(GAP))
    assert siteloupe("doctor").status == 0
    content = (shipped_folder / "sound.safetensors").read_bytes()
    (shipped_folder / "cut.safetensors").write_bytes(content[:-100])
    outcome = siteloupe("doctor", "--json")
    assert outcome.status == 1
    (problem,) = outcome.json["problems"]
    assert "cut.safetensors" in problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QTWEBENGINE_REMOTE_DEBUGGING", "9222"),
        ("QTWEBENGINE_CHROMIUM_FLAGS", "--remote-debugging-port=9222"),
        ("QTWEBENGINE_CHROMIUM_FLAGS", "--ignore-gpu-blocklist --disable-web-security"),
    ],
)
def test_a_web_engine_that_others_can_look_into_is_a_problem(
    siteloupe: Siteloupe, monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    monkeypatch.setenv(name, value)
    outcome = siteloupe("doctor")
    assert outcome.status == 1
    assert "opens the 3-D page to other programs" in outcome.err


def test_a_window_that_crashes_is_a_problem_with_its_last_words(
    siteloupe: Siteloupe, monkeypatch: pytest.MonkeyPatch
):
    answer(monkeypatch, "", "Traceback\nImportError: libEGL.so.1: cannot open shared object file")
    outcome = siteloupe("doctor")
    assert outcome.status == 1
    assert "The window does not start: ImportError: libEGL.so.1" in outcome.err


def test_without_the_window_nothing_is_wrong(siteloupe: Siteloupe, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor_command, "find_spec", lambda name: None)
    outcome = siteloupe("doctor", "--json")
    assert outcome.status == 0
    assert any("siteloupe[window]" in one["found"] for one in outcome.json["findings"])


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["/usr/bin/python3", "-P", "-m", "core", "worker", "/runs/0001"], True),
        (["/opt/siteloupe/siteloupe", "worker", "/runs/0001"], True),
        (["/usr/bin/python3", "/usr/bin/siteloupe"], True),
        (["/usr/bin/python3", "-m", "http.server"], False),
        (["grep", "-r", "siteloupe"], False),
        ([], False),
    ],
)
def test_processes_are_known_by_their_command_line(command: list[str], expected: bool):
    assert is_ours(command) is expected
