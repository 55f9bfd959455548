"""The study of transfer between tasks: which cells it has, that they are fair, and that it goes on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.errors import TooFewStructures
from core.events import Event, Message, Progress
from core.graphs.clouds.split import split_clouds
from core.training.clouds.transfer import CPU, FULL, TransferPlan, plan_transfer_cells, run_transfer
from core.training.clouds.transfer_table import TransferPoint, TransferTable
from tests.core.objectives.clouds.prototypes import prototype_clouds

CLOUDS = prototype_clouds(clouds_per_crystal=6)
SPLIT = split_clouds(CLOUDS, "replica", 0.5, seed=0)
SMALL = TransferPlan(
    counts=(4, 8),
    replicas=1,
    sources=("shift", "noisy bonds"),
    targets=("shift", "noisy bonds"),
    width=4,
    num_blocks=1,
    clouds_drawn_before=24,
    clouds_drawn_in_cell=8,
    clouds_judged=10,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[TransferPoint]:
    """What the small study finds when nothing stops it."""
    return run(tmp_path_factory.mktemp("whole"))


class Patience:
    """Stops a study when it has been asked so many times."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def run(
    folder: Path,
    plan: TransferPlan = SMALL,
    questions: int = 10_000,
    emit: Callable[[Event], None] = lambda event: None,
) -> list[TransferPoint]:
    folder.mkdir(exist_ok=True)
    return run_transfer(
        plan,
        CLOUDS,
        SPLIT,
        seed=1,
        folder=folder,
        device=torch.device("cpu"),
        emit=emit,
        should_stop=Patience(questions),
    )


def test_the_full_study_is_the_matrix_of_six_tasks_both_ways_and_from_scratch():
    cells = plan_transfer_cells(FULL)
    assert len(cells) == len(set(cells)) == 10 * 6 * 6 * (1 + 2 * 6)
    assert {cell.source for cell in cells if cell.start == "frozen"} == {cell.target for cell in cells}
    assert FULL.remark == ""
    assert CPU.remark != ""


def test_every_cell_is_run_and_compared(tmp_path: Path):
    points = run(tmp_path)
    assert len(points) == 2 * 2 * (1 + 2 * 2)
    assert all((point.gain is None) == (point.start == "scratch") for point in points)
    trivial = {(row.cell.target, row.trivial) for row in TransferTable(tmp_path).rows}
    assert len(trivial) == 2  # all cells of a task are judged on the same clouds


@pytest.mark.parametrize("questions", [3, 30])
def test_a_study_that_was_stopped_goes_on_and_finds_the_same(
    tmp_path: Path, whole: list[TransferPoint], questions: int
):
    run(tmp_path, questions=questions)
    before = TransferTable(tmp_path).rows
    assert len(before) < len(whole)
    assert run(tmp_path) == whole
    assert TransferTable(tmp_path).rows[: len(before)] == before


def test_a_study_that_was_killed_goes_on_and_finds_the_same(tmp_path: Path, whole: list[TransferPoint]):
    def die(event: Event) -> None:
        if isinstance(event, Progress) and event.done == 3 and event.total == len(whole):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, emit=die)
    assert len(TransferTable(tmp_path).rows) == 3
    (tmp_path / "cell").mkdir()
    (tmp_path / "cell" / "last.safetensors").write_bytes(b"half a ch")
    assert run(tmp_path) == whole


def test_the_core_that_was_learned_matters_but_from_scratch(tmp_path: Path, whole: list[TransferPoint]):
    other = run(tmp_path, replace(SMALL, clouds_drawn_before=120))
    by_start = {
        start: [[point.mean for point in points if point.start == start] for points in (whole, other)]
        for start in ("scratch", "frozen", "free")
    }
    assert by_start["scratch"][0] == by_start["scratch"][1]
    assert by_start["free"][0] != by_start["free"][1]
    assert by_start["frozen"][0] != by_start["frozen"][1]


def test_what_was_cut_is_said(tmp_path: Path):
    events: list[Event] = []
    run(tmp_path, replace(SMALL, remark="Cut short."), questions=0, emit=events.append)
    assert any(isinstance(event, Message) and event.text == "Cut short." for event in events)


def test_too_few_clouds_for_a_cell_is_an_error(tmp_path: Path):
    with pytest.raises(TooFewStructures):
        run(tmp_path, replace(SMALL, counts=(10_000,)))
