"""Watches what reading a hostile file does to the rest of the machine, by what Python tells of itself."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# What Python tells of itself (PEP 578). Each comes with the paths, commands or addresses that it is about.
STARTS = {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "subprocess.Popen"}
NETWORK = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.Request"}
UNPICKLING = {"pickle.find_class", "marshal.loads"}
CHANGES = {
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod"),
    *("shutil.rmtree", "shutil.move", "shutil.copyfile"),
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass
class Guard:
    """What happened that must not, since it began to watch; files may be written below `allowed` only."""

    allowed: tuple[Path, ...] = ()
    is_watching: bool = False
    violations: list[str] = field(default_factory=list)

    def see(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook, which cannot be taken out again."""
        if not self.is_watching:
            return
        if event in STARTS | NETWORK or (event in UNPICKLING and not _is_importing()):
            self.violations.append(f"{event} {arguments[:2]!r}")
        elif event in CHANGES or _is_writing(event, arguments):
            self._check(event, arguments[0])

    def _check(self, event: str, target: object) -> None:
        if isinstance(target, str | bytes | os.PathLike):
            path = Path(os.path.realpath(os.fsdecode(target)))
            is_allowed = any(path.is_relative_to(folder) for folder in self.allowed)
            if not is_allowed and path.suffix != ".pyc" and "__pycache__" not in path.parts:
                self.violations.append(f"{event} {path}")


def _is_writing(event: str, arguments: tuple[Any, ...]) -> bool:
    return event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & WRITING)


def _is_importing() -> bool:
    """Whether the import system is at work, which reads compiled modules with marshal."""
    frame = sys._getframe()
    while frame is not None and "importlib" not in frame.f_code.co_filename:
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None


GUARD = Guard()
sys.addaudithook(GUARD.see)  # for the rest of this process


@contextmanager
def watching(*allowed: Path) -> Iterator[None]:
    """Fail when the block starts a program, reaches for the network, unpickles, or writes elsewhere."""
    GUARD.allowed = tuple(path.resolve() for path in (*allowed, Path("/dev/null")))
    GUARD.violations, GUARD.is_watching = [], True
    try:
        yield
    finally:
        GUARD.is_watching = False
    assert not GUARD.violations, "; ".join(GUARD.violations)
