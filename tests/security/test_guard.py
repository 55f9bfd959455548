"""The guard itself: what it must see, and what it must let pass."""

import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.security.guard import watching
from tests.security.hostile import Bomb

DEEDS: dict[str, Callable[[Path], object]] = {
    "write": lambda folder: (folder / "outside").write_text("x"),
    "write behind dots": lambda folder: (folder / "inside" / ".." / "outside").write_text("x"),
    "create": lambda folder: os.open(folder / "outside", os.O_CREAT | os.O_WRONLY),
    "delete": lambda folder: (folder / "there").unlink(),
    "rename": lambda folder: (folder / "there").rename(folder / "gone"),
    "start": lambda folder: subprocess.run([sys.executable, "--version"], capture_output=True),
    "shell": lambda folder: os.system("true"),
    "connect": lambda folder: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9)),
    "unpickle": lambda folder: pickle.loads(pickle.dumps(Bomb(folder / "inside" / "harm"))),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_must_not_happen_is_seen(tmp_path: Path, deed: str):
    (tmp_path / "inside").mkdir()
    (tmp_path / "there").touch()
    with pytest.raises(AssertionError), watching(tmp_path / "inside"):
        DEEDS[deed](tmp_path)


def test_a_link_is_followed_to_where_it_leads(tmp_path: Path):
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(AssertionError, match="outside"), watching(tmp_path / "inside"):
        (tmp_path / "inside" / "link").write_text("x")


def test_reading_anywhere_and_writing_inside_is_let_pass(tmp_path: Path):
    with watching(tmp_path):
        (tmp_path / "a").write_text(Path(__file__).read_text())
        (tmp_path / "a").rename(tmp_path / "b")
        (tmp_path / "b").unlink()
