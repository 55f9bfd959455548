import json
import os
import subprocess
import sys
from pathlib import Path

SECONDS = 120


def ask(home: Path) -> list[list[str]]:
    """Run the module as `siteloupe doctor` does."""
    folders = {name: str(home) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    command = [sys.executable, "-P", "-m", "desktop_app.upkeep.window_facts"]
    finished = subprocess.run(
        command, env={**os.environ, **folders}, capture_output=True, text=True, timeout=SECONDS
    )
    return list(json.loads(finished.stdout))


def test_the_window_says_what_it_has_and_writes_nothing(tmp_path: Path):
    found = {name: (words, problem) for name, words, problem in ask(tmp_path)}
    assert found.keys() == {"Qt", "Screen", "3-D page", "Settings", "Log"}
    assert found["3-D page"][0] in ("WebGL works", "loads, without WebGL: crystals are still pictures")
    assert found["Settings"][0].startswith(str(tmp_path))
    assert found["Log"][0].startswith(str(tmp_path))
    assert [problem for _, problem in found.values()] == [""] * 5
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".ini", ".log")]
