import pytest

from core.jobs.rank import is_first, rank, rank_on_machine, world_size

VARIABLES = ("MASTER_ADDR", "WORLD_SIZE", "RANK", "LOCAL_RANK", "LOCAL_WORLD_SIZE")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_a_process_that_was_started_alone_is_the_first_of_one():
    assert (world_size(), rank(), is_first(), rank_on_machine()) == (1, 0, True, (0, 1))


def test_torchrun_tells_each_process_its_number(monkeypatch: pytest.MonkeyPatch):
    for name, value in zip(VARIABLES, ("localhost", "8", "5", "1", "4"), strict=True):
        monkeypatch.setenv(name, value)
    assert (world_size(), rank(), is_first(), rank_on_machine()) == (8, 5, False, (1, 4))


def test_a_number_without_others_to_meet_is_nobodys(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RANK", "3")  # as some batch systems set it for whatever they start
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert (world_size(), rank()) == (1, 0)
