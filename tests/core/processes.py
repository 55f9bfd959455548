"""Starting several processes that find each other, as torchrun does."""

import os
import socket
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def start_together(*arguments: str, count: int = 2) -> list["subprocess.Popen[str]"]:
    """Start `python ARGUMENTS` in so many processes of one job."""
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        port = any_socket.getsockname()[1]
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    return [
        subprocess.Popen(
            [sys.executable, *arguments],
            env=os.environ
            | place
            | {"RANK": str(number), "WORLD_SIZE": str(count)}
            | {"LOCAL_RANK": str(number), "LOCAL_WORLD_SIZE": str(count)},
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for number in range(count)
    ]


def work_together(*arguments: str, count: int = 2, seconds: float = 500.0) -> list[tuple[int, str]]:
    """Do the same until they end; the exit status of each, with what it said."""
    started = start_together(*arguments, count=count)
    try:
        said = [process.communicate(timeout=seconds)[1] for process in started]
    finally:
        for process in started:
            process.kill()
    return [(process.returncode, words) for process, words in zip(started, said, strict=True)]
