import os
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
        self.close()

MainWindow.__init__ = follow
sys.exit(main.run_window(Path(sys.argv[1]) if len(sys.argv) > 1 else None, ["siteloupe"]))
"""


def run_program(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
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


def test_a_project_is_opened_shown_and_closed_without_torch(tmp_path: Path, small_project: Path):
    ended = run_program(tmp_path, str(small_project))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "title: small project - Siteloupe\ntorch: False\n"
    assert "Traceback" not in ended.stderr
