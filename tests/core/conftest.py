"""What tests of core share: small crystals, runs on them, and disks that are full or cannot be written to."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec, StartingModel
from tests.core.salts import finetune_spec, pretrain_spec, salt_rows

PATIENCE_SECONDS = 120.0

Rows = Sequence[dict[str, Any]]


@pytest.fixture(autouse=True)
def exact_small_numbers() -> Iterator[None]:
    """Undo what a training sets for its process: numbers below 1e-308 taken for zero."""

    def undo() -> None:
        if "torch" in sys.modules:
            sys.modules["torch"].set_flush_denormal(False)

    undo()
    yield
    undo()


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    """Polls another process until a condition holds; fails when it never does."""

    def wait(condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > end:
                pytest.fail("the other process did not get that far")
            time.sleep(0.01)

    return wait


@pytest.fixture
def salts() -> list[dict[str, Any]]:
    """Thirty-two salts, the property being the edge of the cube."""
    return salt_rows()


def write_run(path: Path, spec: JobSpec, rows: Rows, model: Path | None = None) -> RunFolder:
    run = RunFolder(path)
    run.path.mkdir(parents=True)
    if model is not None:
        shutil.copyfile(model, run.start_model_file)
        digest = hashlib.sha256(model.read_bytes()).hexdigest()
        spec = spec.model_copy(update={"start_from": StartingModel(name=model.parent.name, sha256=digest)})
    run.write_job(spec, rows)
    return run


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., RunFolder]:
    """Write a run folder: name, spec, rows and, where it starts from one, a model file."""
    return lambda name, *content: write_run(tmp_path / "runs" / name, *content)


@pytest.fixture(scope="session")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A completed pretraining on the salts; not to be changed."""
    return _completed(tmp_path_factory.mktemp("runs") / "0001-pretrain", pretrain_spec(), salt_rows())


@pytest.fixture(scope="session")
def finetuned(tmp_path_factory: pytest.TempPathFactory, pretrained: RunFolder) -> RunFolder:
    """A completed fine-tuning of the pretrained model, four salts without a label; not to be changed."""
    rows = [row if row["id"] <= 28 else {**row, "targets": {}} for row in salt_rows()]
    spec = finetune_spec({"training.validation_fraction": 0.35})
    folder = tmp_path_factory.mktemp("runs") / "0002-finetune"
    return _completed(folder, spec, rows, pretrained.model_file)


def _completed(path: Path, *content: Any) -> RunFolder:
    from core.worker.process import run_worker  # imports torch, which most tests of core do without

    run = write_run(path, *content)
    assert run_worker(run.path) == 0, run.error()
    run.pid_file.unlink()  # it is this process that worked, and it lives on
    return run


def mount(*arguments: str) -> None:
    try:
        subprocess.run(["mount", *arguments], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a disk")


def unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    folder = tmp_path / "small_disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder))
    yield folder
    unmount(folder)


@pytest.fixture
def make_read_only() -> Iterator[Callable[[Path], None]]:
    """Takes the right to write in a folder away, from the superuser too, until the test ends."""
    undo: list[Callable[[], object]] = []

    def make(folder: Path) -> None:
        if os.geteuid() == 0:
            mount("--bind", str(folder), str(folder))
            undo.append(lambda: unmount(folder))
            mount("-o", "remount,ro,bind", str(folder))
        else:
            folder.chmod(0o555)
            undo.append(lambda: folder.chmod(0o755))

    yield make
    for step in undo:
        step()
