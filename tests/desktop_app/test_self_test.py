"""The whole self-test is run on installers, by packaging/self_test.sh; here its parts."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from core.errors import CoreError
from core.jobs.atomic import write_json
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from desktop_app import launch, self_test
from desktop_app.crystal import view as crystal_view
from desktop_app.crystal import web_page
from desktop_app.crystal.view import ViewerBridge

NO_WEBGL = "WebGL is switched off."


def broken(folder: Path) -> str:
    raise CoreError("The model is gone.", "Install again.")


def unexpected(folder: Path) -> str:
    raise ModuleNotFoundError("No module named 'gemmi'")


@pytest.fixture
def sample(tmp_path: Path, small_project: Path) -> Path:
    """The folder of a self-test that has its project already."""
    folder = tmp_path / "self test"
    shutil.copytree(small_project, folder / "sample project")
    return folder


@pytest.fixture
def in_this_application(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> None:
    """Lets the self-test use the application of the tests, of which there can be but one."""
    monkeypatch.setattr(self_test, "_application", lambda folder: qapp)


class MadeUpView(QWidget):
    """A 3-D view that answers as it is told to."""

    shown, unavailable = Signal(int), Signal(str)
    answer: Callable[["MadeUpView"], None]

    def __init__(self) -> None:
        super().__init__()
        self.bridge = ViewerBridge(self)
        self.bridge.page_ready.connect(lambda problem: self.unavailable.emit(problem) if problem else None)

    def show_scene(self, scene: object) -> None:
        QTimer.singleShot(0, self, lambda: type(self).answer(self))

    def close_page(self) -> None:
        self.close()


@pytest.fixture
def view(monkeypatch: pytest.MonkeyPatch, in_this_application: None) -> type[MadeUpView]:
    monkeypatch.setattr(crystal_view, "CrystalView", MadeUpView)
    return MadeUpView


@pytest.mark.parametrize(
    ("check", "verdict", "remark"),
    [
        (lambda folder: "23 imported", "ok", "23 imported"),
        (broken, "FAILED", "The model is gone. Install again."),
        (unexpected, "FAILED", "ModuleNotFoundError: No module named 'gemmi'"),
    ],
)
def test_a_check_is_a_line_with_verdict_seconds_and_remark(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, check: object, verdict: str, remark: str
):
    assert self_test.passes("piece", check, tmp_path) is (verdict == "ok")
    words = capsys.readouterr().out.split()
    assert words[0] == verdict
    assert float(words[1]) >= 0
    assert words[2:] == ["s", "piece:", *remark.split()]


@pytest.mark.parametrize(("checks", "status"), [((), 0), ((broken, unexpected), 1)])
def test_all_checks_are_made_and_one_failure_fails_the_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], checks: tuple[object], status: int
):
    def good(folder: Path) -> str:
        return f"a folder: {folder.is_dir()}"

    named = {f"check {number}": check for number, check in enumerate((good, *checks, good))}
    monkeypatch.setattr(self_test, "CHECKS", named)
    assert self_test.run_self_test() == status
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(named) + 1
    assert lines[0].endswith("check 0: a folder: True")
    assert lines[-1] == f"2 of {len(named)} checks passed."


def test_the_program_makes_the_self_test_when_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(self_test, "run_self_test", lambda: 7)
    monkeypatch.setattr(sys, "argv", ["siteloupe", "--self-test"])
    assert launch.main() == 7


def test_all_parts_of_the_page_are_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    page = web_page.served_file("viewer.html") or b""
    assert all(part.encode() in page for part in web_page.PAGE_PARTS if part != "viewer.html")
    monkeypatch.setattr(web_page, "served_file", lambda name: b"" if name == "wedges.js" else b"x")
    with pytest.raises(CoreError, match="lacks wedges"):
        self_test.check_resources(tmp_path)


def test_an_installation_without_a_model_fails(shipped_folder: Path, tmp_path: Path):
    with pytest.raises(CoreError, match="no shipped model"):
        self_test.check_resources(tmp_path)


def test_the_shipped_model_learns_three_steps_of_one_batch(
    monkeypatch: pytest.MonkeyPatch, repository: Path, sample: Path
):
    monkeypatch.setattr("core.store.requests.shipped_models.FOLDER", repository / "resources" / "pretrained")
    monkeypatch.setattr(self_test, "MEASURED", "salts")
    monkeypatch.setattr(self_test, "PROPERTY", "gap")
    with Project.open(sample / "sample project") as project:
        spec = self_test._short_training(project).spec()
    assert spec.settings["training"]["epochs"] == 3
    assert spec.settings["training"]["pairs_per_batch"] >= 10_000_000
    assert spec.start_from is not None


def test_a_worker_that_fails_fails_the_check_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, sample: Path, unstarted: Callable[[Path], RunFolder]
):
    def fail(run: RunFolder) -> "subprocess.Popen[bytes]":
        write_json(run.error_file, {"message": "The memory is used up.", "hint": "Lower something."})
        return subprocess.Popen([sys.executable, "-c", ""])

    monkeypatch.setattr(self_test, "_short_training", lambda project: unstarted(project.folder))
    monkeypatch.setattr(self_test, "launch", fail)
    with pytest.raises(CoreError, match="The memory is used up"):
        self_test.check_training(sample)


def test_another_process_answers(tmp_path: Path):
    assert "answered" in self_test.check_processes(tmp_path)


def test_waiting_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(self_test, "PATIENCE", 0)
    with pytest.raises(CoreError, match="The end did not come within 0 s"):
        self_test.wait_until(lambda: False, "The end")


def test_the_window_is_opened_on_the_project(sample: Path, settings: object, in_this_application: None):
    assert self_test.check_window(sample).startswith("13 structures listed on ")


def test_a_window_without_its_project_fails(tmp_path: Path, settings: object, in_this_application: None):
    with pytest.raises(CoreError, match="did not open"):
        self_test.check_window(tmp_path)


def test_a_drawn_crystal_passes(view: type[MadeUpView], sample: Path):
    view.answer = lambda self: self.shown.emit(14)
    assert self_test.check_crystal_view(sample) == "WebGL works, 14 atoms drawn"


def test_a_page_that_finds_no_webgl_passes_with_a_remark(view: type[MadeUpView], sample: Path):
    view.answer = lambda self: self.bridge.ready(NO_WEBGL)
    assert self_test.check_crystal_view(sample).endswith(f"there is a still picture: {NO_WEBGL}")


def test_a_page_that_does_not_load_fails(view: type[MadeUpView], sample: Path):
    view.answer = lambda self: self.unavailable.emit("The page could not be loaded.")
    with pytest.raises(CoreError, match="could not be loaded"):
        self_test.check_crystal_view(sample)
