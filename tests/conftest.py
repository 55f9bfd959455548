"""What every test shares: few threads, no network, where the real crystals lie, how hypothesis searches."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from core.jobs import launcher

# Read when numpy, torch and Qt are first imported, which none of the imports above does.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

REPOSITORY = Path(__file__).resolve().parents[1]
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}

settings.register_profile(
    "siteloupe",
    deadline=None,
    max_examples=30,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("siteloupe")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds core, desktop_app, resources, packaging and tests."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real crystals and labels, beside the repository or at SITELOUPE_SHARED_DATA."""
    folder = Path(os.environ.get("SITELOUPE_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("needs the real crystals of ../shared/data (or SITELOUPE_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session", autouse=True)
def no_shipped_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the pretrained models of the program, which would change what fine-tuning starts from."""
    with pytest.MonkeyPatch.context() as patch:
        nowhere = tmp_path_factory.getbasetemp() / "no shipped models"
        patch.setattr("core.store.requests.shipped_models.FOLDER", nowhere)
        yield


@pytest.fixture
def shipped_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in the place of the pretrained models of the program."""
    folder = tmp_path / "pretrained"
    folder.mkdir()
    monkeypatch.setattr("core.store.requests.shipped_models.FOLDER", folder)
    return folder


class NetworkUsed(AssertionError):
    """A test reached for another machine."""


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Let sockets of this process reach this machine only; a test that wants another one fails."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOCAL_HOSTS:
            raise NetworkUsed(f"connection to {address[0]}")
        connect(self, address)

    def resolve_locally(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and host not in LOCAL_HOSTS:
            raise NetworkUsed(f"name lookup of {host}")
        return resolve(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        patch.setattr(socket, "getaddrinfo", resolve_locally)
        yield


@pytest.fixture(autouse=True)
def no_worker_outlives_its_test() -> Iterator[None]:
    """End the workers that a failed test has left at work, or they would slow down all that follow."""
    yield
    for child in launcher._children:
        if child.poll() is None:
            os.kill(child.pid, signal.SIGKILL)  # some tests have stand-ins for processes, with a number
            child.wait()
