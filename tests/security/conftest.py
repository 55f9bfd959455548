"""Commands under the guard, and what hostile files hold."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from core.cli import main
from tests.security.guard import watching
from tests.security.hostile import HOSTILE_TEXTS, Bomb


@pytest.fixture(scope="session", autouse=True)
def all_imported() -> None:
    """Let torch make the folder of its compiler, as it does for the first optimiser of a process."""
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])


@dataclass(frozen=True)
class Outcome:
    """How a command ended under the guard."""

    status: int
    out: str
    err: str


@pytest.fixture
def siteloupe(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs a command under the guard: folders it may write in, then its arguments."""

    def run(allowed: Path, *arguments: object) -> Outcome:
        capsys.readouterr()
        with watching(allowed):
            status = main([str(argument) for argument in arguments])
        return Outcome(status, *capsys.readouterr())

    return run


@pytest.fixture
def harm(tmp_path: Path) -> Path:
    """The file that a bomb leaves when it goes off, which it has been shown to do."""
    path = tmp_path / "harm"
    pickle.loads(pickle.dumps(Bomb(path)))
    path.unlink()  # raises unless the bomb works
    return path


@pytest.fixture(params=HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def hostile(request: pytest.FixtureRequest) -> str:
    """A text that does harm where it is taken for something else than text."""
    return str(request.param)
