import errno
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import CoreError
from core.graphs.open_files import raise_if_too_many

resource = pytest.importorskip("resource", reason="Windows counts otherwise")

ALLOW = (
    "import resource, sys; from core.graphs.open_files import allow_many_open_files\n"
    "resource.setrlimit(resource.RLIMIT_NOFILE, (64, int(sys.argv[1])))\n"
    "allow_many_open_files(); print(*resource.getrlimit(resource.RLIMIT_NOFILE))"
)
# With room for the first of three files only, each of which is whole.
FIND = (
    "import os, resource, sys; from pathlib import Path\n"
    "from core.config import CGCNNSettings; from core.errors import CoreError\n"
    "from core.graphs.graph_cache import GraphCache\n"
    "cache, keys = GraphCache(Path(sys.argv[1]), CGCNNSettings()), sys.argv[2:]\n"
    "found = cache.find(keys)\n"
    "assert set(found) == set(keys); del found\n"
    "most = len(os.listdir('/proc/self/fd')) + 1\n"
    "resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))\n"
    "try: cache.find(keys)\n"
    "except CoreError as error: print(type(error).__name__, error)"
)


def said_by(script: str, *arguments: object) -> str:
    words = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_a_process_may_open_as_many_files_as_it_is_granted():
    assert said_by(ALLOW, 200) == "200 200"


def test_other_errors_are_none_of_this():
    raise_if_too_many(OSError(errno.ENOSPC, "No space left on device"))
    raise_if_too_many(ValueError("damaged"))
    with pytest.raises(CoreError, match="lets a program open"):
        raise_if_too_many(OSError(errno.EMFILE, "Too many open files"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files as Linux does")
def test_graphs_that_cannot_be_opened_for_that_reason_are_not_taken_for_damaged(tmp_path: Path):
    from core.config import CGCNNSettings
    from core.graphs.build import build_crystal_graph
    from core.graphs.graph_cache import GraphCache
    from tests.core.salts import rock_salt

    cache, keys = GraphCache(tmp_path, CGCNNSettings()), ["one", "two", "three"]
    graph = build_crystal_graph(rock_salt("Na", "Cl", 5.64), CGCNNSettings())
    files = [cache.save([key], [graph], [""]) for key in keys]
    assert said_by(FIND, tmp_path, *keys).startswith("CoreError More files of graphs are needed")
    assert all(file.exists() for file in files)
