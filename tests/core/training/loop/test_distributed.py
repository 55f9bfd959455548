"""Two processes that share each batch, beside one that does all: the same parameters to rounding.

In float64, whose rounding after some steps is 1e-11; the networks of CASES learn what they learn alone.
"""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from core.errors import CoreError, SettingError
from core.graphs import process_group
from core.training.loop.distributed import check_can_be_shared, number_of_first, sum_gradients, whole_steps
from tests.core.processes import work_together
from tests.core.training.together import CASES, RESUMED, do

TOLERANCE = 1e-6
DONE = [*CASES, "resumed", "begun", "full"]

Weights = dict[str, Tensor]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where two processes have done all trainings of `together.py`; one of them was begun by one alone."""
    folder = tmp_path_factory.mktemp("together")
    do(CASES[RESUMED], folder / "begun-alone", stop_after=0)
    for status, words in work_together("-m", "tests.core.training.together", str(folder)):
        assert status == 0, words
    return folder


def by_process(folder: Path, name: str) -> list[Weights]:
    return [load_file(folder / f"{DONE.index(name)}-of-{number}.safetensors") for number in range(2)]


def difference(one: Weights, other: Weights) -> float:
    return max((one[name].double() - other[name].double()).abs().max().item() for name in one)


@pytest.mark.parametrize("name", CASES)
def test_two_processes_learn_what_one_does(folder: Path, tmp_path: Path, name: str):
    alone, _ = do(CASES[name], tmp_path)
    together, other = by_process(folder, name)
    assert difference(together, other) == 0.0
    assert difference(together, alone) < TOLERANCE


def test_what_one_process_began_two_finish_as_it_would_have(folder: Path, tmp_path: Path):
    alone, _ = do(CASES[RESUMED], tmp_path)
    assert difference(by_process(folder, "resumed")[0], alone) < TOLERANCE


def test_what_two_processes_began_one_finishes_as_they_would_have(folder: Path):
    finished, _ = do(CASES[RESUMED], folder / "begun-together")
    assert difference(finished, by_process(folder, RESUMED)[0]) < TOLERANCE
    assert difference(finished, by_process(folder, "begun")[0]) > TOLERANCE


def test_all_make_batches_smaller_when_the_memory_of_one_is_used_up(folder: Path):
    one, other = by_process(folder, "full")
    assert one.pop("times told") == other.pop("times told") == 1
    assert difference(one, other) == 0.0


def test_who_waits_for_one_that_fails_hears_why(folder: Path):
    assert (folder / "heard.txt").read_text() == "It is broken. Mend it."


def test_a_process_alone_sums_and_asks_for_nothing():
    layer = nn.Linear(2, 1)
    layer(torch.ones(1, 2)).sum().backward()
    sum_gradients(layer.parameters())
    assert layer.weight.grad is not None
    assert layer.weight.grad.tolist() == [[1.0, 1.0]]
    assert number_of_first(0.1) == 0.1


def test_a_step_that_others_have_made_is_not_tried_again(monkeypatch: pytest.MonkeyPatch):
    full = RuntimeError("CUDA out of memory.")
    with pytest.raises(RuntimeError, match="CUDA"), whole_steps():
        raise full
    monkeypatch.setattr(process_group, "count", lambda: 2)
    with pytest.raises(CoreError, match="within a step"), whole_steps():
        raise full


def test_dropout_is_for_one_process(monkeypatch: pytest.MonkeyPatch):
    dropping = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.1))
    check_can_be_shared(dropping)
    monkeypatch.setattr(process_group, "count", lambda: 2)
    check_can_be_shared(nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.0)))
    with pytest.raises(SettingError, match="dropout"):
        check_can_be_shared(dropping)
