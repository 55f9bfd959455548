"""A copy of the set-up scripts among make-believe programs, so that they run without changing anything."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

REAL_PROGRAMS = ("bash", "cat", "chmod", "cmp", "cp", "dirname", "env", "grep", "mkdir", "rm", "sed")


class Stage:
    """A folder with the scripts in packaging/ and a PATH that holds nothing but what a test puts there."""

    def __init__(self, folder: Path, scripts: Path) -> None:
        self.folder = folder
        self.programs = folder / "programs"
        self.diary = folder / "diary"
        self.programs.mkdir()
        shutil.copytree(scripts, folder / "packaging")
        for name in REAL_PROGRAMS:
            (self.programs / name).symlink_to(shutil.which(name))

    def pretend(self, program: str, script: str = "") -> None:
        """Put a program on the stage that writes its call into the diary, then runs the script."""
        path = self.folder / program if "/" in program else self.programs / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!{shutil.which("bash")}\necho "${{0##*/}} $*" >>"{self.diary}"\n{script}\n')
        path.chmod(0o755)

    def run(
        self, script: str, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self.folder / "packaging" / script), *arguments],
            env={"PATH": str(self.programs), **(variables or {})},
            capture_output=True,
            text=True,
        )

    def calls(self, program: str) -> list[str]:
        """What a make-believe program was asked to do, in order."""
        lines = self.diary.read_text().splitlines() if self.diary.exists() else []
        return [line.removeprefix(program).strip() for line in lines if line.split()[0] == program]


@pytest.fixture
def stage(tmp_path: Path, repository: Path) -> Stage:
    return Stage(tmp_path, repository / "packaging")


@pytest.fixture
def script(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Imports a script of packaging/ as a module, by its path there."""

    def load(path: str) -> ModuleType:
        place = repository / "packaging" / path
        monkeypatch.syspath_prepend(str(place.parent))
        return import_module(place.stem)

    return load
