from pathlib import Path

import pytest

from core.errors import RunError
from core.jobs.atomic import write_json
from core.jobs.run_folder import RunFolder
from core.jobs.speed import PROBE_FILE, Speed, Workload, is_probe, mark_as_probe, num_to_train, read_speed

SPEED = Speed(loading=5.0, preparing=0.1, training=0.01, num_tried=16, device="processor")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def test_the_time_is_that_of_loading_preparing_and_all_epochs_and_of_encoding_as_one_more():
    work = Workload(num_structures=40, num_train=30, epochs=20)
    assert SPEED.seconds(work) == pytest.approx(5.0 + 4.0 + 0.01 * (20 * 30 + 40))


def test_a_folder_is_a_probe_once_it_says_how_much_the_whole_job_learns_from(run: RunFolder):
    assert not is_probe(run)
    mark_as_probe(run, Workload(40, 30, 20))
    assert is_probe(run)
    assert num_to_train(run) == 30


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"num_train": null}'])
def test_a_damaged_probe_is_said_to_be_one(run: RunFolder, content: str):
    (run.path / PROBE_FILE).write_text(content)
    with pytest.raises(RunError, match="is damaged"):
        num_to_train(run)


def test_what_was_measured_is_read_back_and_what_was_not_is_nothing(run: RunFolder):
    assert read_speed(run) is None
    write_json(run.result_file, {"loading": 1.0})
    assert read_speed(run) is None
    figures = {"loading": 5.0, "preparing": 0.1, "training": 0.01, "num_tried": 16, "device": "processor"}
    write_json(run.result_file, figures)
    assert read_speed(run) == SPEED
