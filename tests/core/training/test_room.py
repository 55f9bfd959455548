import builtins
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from core.config import ComputeSettings, SiteNetSettings
from core.errors import CoreError
from core.jobs.run_folder import RunFolder
from core.training import room
from core.training.preparation import prepare
from core.training.room import TIMES_THE_FILE, free_memory, require_room
from tests.core.salts import pretrain_spec

MakeRun = Callable[..., RunFolder]


@pytest.fixture
def run(make_run: MakeRun, salts: list[dict[str, Any]]) -> RunFolder:
    return make_run("0001", pretrain_spec(), salts)


def test_the_free_memory_is_some_of_that_of_the_machine():
    free = free_memory()
    assert free is not None
    assert 0 < free <= psutil.virtual_memory().total


def test_a_run_that_needs_more_than_is_free_is_refused_in_words(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
):
    needed = TIMES_THE_FILE * run.structures_file.stat().st_size
    monkeypatch.setattr(room, "free_memory", lambda: needed)
    require_room(run)
    monkeypatch.setattr(room, "free_memory", lambda: needed - 1)
    with pytest.raises(CoreError, match=r"need about .* GB of memory, and .* GB are free.*shards"):
        require_room(run)


def test_where_the_free_memory_is_not_known_nothing_is_refused(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
):
    bring = builtins.__import__

    def without_psutil(name: str, *rest: Any) -> Any:
        if name == "psutil":
            raise ImportError(name)
        return bring(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_psutil)
    assert free_memory() is None
    require_room(run)


def test_a_run_too_large_for_this_machine_is_not_begun(run: RunFolder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "free_memory", lambda: 1_000)
    with pytest.raises(CoreError, match="GB are free"):
        prepare(run, SiteNetSettings(), ComputeSettings(), lambda done, total: None)
    assert not run.graphs_file.exists()
