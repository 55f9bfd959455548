import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# Opens the window by its real entry, waits for the crystal, closes it, and says what happened.
SCRIPT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from desktop_app import main, window
from desktop_app.window import MainWindow

opened = MainWindow.__init__

def follow(self, *args):
    opened(self, *args)
    QTimer.singleShot(0, self, lambda: wait(self))

def wait(self):
    view = self.crystal.view
    if len(sys.argv) > 1 and (view is None or not view.is_live):
        QTimer.singleShot(100, self, lambda: wait(self))
    else:
        print("title:", self.windowTitle())
        print("torch:", "torch" in sys.modules)
        if self.welcome.recovery.isVisible():
            print(self.welcome.recovery.words.text())
        self.close()

MainWindow.__init__ = follow
sys.exit(main.run_window(Path(sys.argv[1]) if len(sys.argv) > 1 else None, ["siteloupe"]))
"""

# Without a project, the window is closed when the web engine's processes are there.
ENGINE = SCRIPT.replace(
    "len(sys.argv) > 1 and (view is None or not view.is_live)",
    "not any('WebEngine' in child.name() for child in psutil.Process().children(recursive=True))",
).replace("import sys", "import sys, psutil", 1)

KILLED = SCRIPT.replace("self.close()", "os.kill(os.getpid(), 9)").replace("import sys", "import os, sys", 1)


def run_program(tmp_path: Path, *arguments: str, script: str = SCRIPT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("times", [3])
def test_the_program_starts_and_ends_without_a_sound(tmp_path: Path, times: int):
    for _ in range(times):  # a Qt abort at exit would show as a negative code
        ended = run_program(tmp_path)
        assert (ended.returncode, ended.stdout) == (0, "title: Siteloupe\ntorch: False\n"), ended.stderr


def test_the_web_engine_is_started_before_a_project_needs_it(tmp_path: Path):
    ended = run_program(tmp_path, script=ENGINE)
    assert (ended.returncode, ended.stdout) == (0, "title: Siteloupe\ntorch: False\n"), ended.stderr


def test_a_project_is_opened_shown_and_closed_without_torch(tmp_path: Path, small_project: Path):
    ended = run_program(tmp_path, str(small_project))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "title: small project - Siteloupe\ntorch: False\n"
    assert "Traceback" not in ended.stderr


def test_a_start_after_an_unclean_end_says_so_and_a_clean_end_is_quiet(tmp_path: Path, small_project: Path):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(small_project)],
        env={**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert told_of(run_program(tmp_path)) == "The project 'small project' was open."
    assert told_of(run_program(tmp_path)) == ""
    assert list(tmp_path.rglob("crash.log"))


def told_of(ended: subprocess.CompletedProcess[str]) -> str:
    assert ended.returncode == 0, ended.stderr
    found = re.search("The project .* was open.", ended.stdout)
    return found[0] if found else ""
