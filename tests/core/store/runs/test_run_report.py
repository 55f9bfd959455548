import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import PretrainSettings, build_settings
from core.errors import RunError
from core.events import EpochEnded, Finished, Started
from core.jobs.event_log import EventLog
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.training import create_pretrain_run
from core.store.runs.run_report import write_run_report


@pytest.fixture
def run(project: Project, fill: Callable[..., None]) -> RunFolder:
    """A completed pretraining of three epochs, of which the second was gone through twice."""
    fill(project, 4)
    (collection,) = project.collections()
    settings = build_settings("pretrain", "standard", {"training.epochs": 3})
    assert isinstance(settings, PretrainSettings)
    run = create_pretrain_run(project, collection=collection.name, settings=settings, seed=7)
    with EventLog(run.events_file) as log:
        log.append(Started(device="cpu", resumed_from_epoch=0, num_epochs=3))
        for epoch, loss in ((0, 3.0), (1, 2.5), (1, 2.0), (2, 1.0)):
            log.append(EpochEnded(epoch, loss, None, 0.1, {"accuracy": 0.5}))
        log.append(Finished(3.0))
    run.result_file.write_text(json.dumps({"seconds": 3.0}), encoding="utf-8")
    return run


def test_a_report_has_settings_curves_results_and_words(run: RunFolder, tmp_path: Path):
    write_run_report(run, tmp_path / "report")
    names = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert names == ["README.md", "curves.csv", "job.json", "result.json"]
    assert (tmp_path / "report" / "job.json").read_bytes() == run.job_file.read_bytes()
    with open(tmp_path / "report" / "curves.csv", encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["epoch", "training loss", "validation loss", "accuracy"]
    assert [(line[0], float(line[1])) for line in lines[1:]] == [("1", 3.0), ("2", 2.0), ("3", 1.0)]


def test_the_words_say_what_was_done_and_what_was_changed(run: RunFolder, tmp_path: Path):
    write_run_report(run, tmp_path / "report")
    words = (tmp_path / "report" / "README.md").read_text(encoding="utf-8")
    assert "a network site_net was pretrained without labels on 4 structures" in words
    assert "from scratch, with seed 7. Settings other than the standard ones: training.epochs = 3." in words
    assert f"SHA-256 {run.spec().structures_sha256}" in words
    assert f"python {run.spec().versions['python']}" in words
    assert str(tmp_path) not in words


def test_a_run_that_is_not_done_and_a_folder_with_files_are_refused(run: RunFolder, tmp_path: Path):
    (tmp_path / "occupied").mkdir()
    (tmp_path / "occupied" / "thesis.docx").touch()
    with pytest.raises(RunError, match="not empty"):
        write_run_report(run, tmp_path / "occupied")
    run.result_file.unlink()
    run.events_file.unlink()
    with pytest.raises(RunError, match="completed run") as refused:
        write_run_report(run, tmp_path / "report")
    assert refused.value.hint
    assert not (tmp_path / "report").exists()
