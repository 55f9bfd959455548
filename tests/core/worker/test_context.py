from collections.abc import Callable
from typing import Any

import pytest

from core.errors import SettingError
from core.events import Event, Message, Progress
from core.jobs.run_folder import RunFolder
from core.training.loop.train import Outcome
from core.training.preparation import PreparedStructures, Skipped
from core.worker.context import JobContext, elements_of, result_of_training
from tests.core.models import SETTINGS
from tests.core.salts import finetune_spec, predict_spec, pretrain_spec
from tests.core.worker.studies.test_study import study_spec

MakeRun = Callable[..., RunFolder]
Rows = list[dict[str, Any]]


def test_a_job_knows_its_epochs(make_run: MakeRun, salts: Rows, pretrained: RunFolder):
    fresh = JobContext(make_run("0001", pretrain_spec({"training.epochs": 9}), salts), print)
    assert (fresh.num_epochs, fresh.epochs_done()) == (9, 0)
    done = JobContext(pretrained, print)
    assert (done.num_epochs, done.epochs_done()) == (3, 3)


def test_a_prediction_has_no_epochs(make_run: MakeRun, salts: Rows):
    assert JobContext(make_run("0001", predict_spec(), salts), print).num_epochs == 0


def test_a_study_counts_cells_and_no_epochs(make_run: MakeRun, salts: Rows):
    assert JobContext(make_run("0001", study_spec("mean"), salts), print).num_epochs == 0


def test_a_device_that_is_not_there_is_told_before_work_begins(make_run: MakeRun, salts: Rows):
    run = make_run("0001", pretrain_spec({"compute.device": "cuda:77"}), salts)
    with pytest.raises(SettingError, match="cuda:77"):
        JobContext(run, print)


def test_preparing_reports_its_steps_and_what_is_left_out(make_run: MakeRun, salts: Rows):
    salts[0]["structure"]["species"] = [{"Xx": 1.0}, {"Cl": 1.0}]
    told: list[Event] = []
    JobContext(make_run("0001", pretrain_spec(), salts), told.append).prepare(SETTINGS)
    assert Progress("preparing structures", 32, 32) in told
    warning = told[-1]
    assert isinstance(warning, Message)
    assert warning.level == "warning"
    assert warning.text.startswith("'LiF-1' is left out: 'Xx' is not an element")


@pytest.mark.parametrize("group_by", ["random", "formula", "family"])
def test_what_is_to_be_kept_together_is_on_one_side(make_run: MakeRun, salts: Rows, group_by: str):
    key = {"random": "content_hash", "formula": "formula"}.get(group_by, "metadata")
    rows = [{**row, key: f"group {row['id'] % 8}"} for row in salts]
    if key == "metadata":
        rows = [{**row, key: {group_by: row[key]}} for row in rows]
    context = JobContext(make_run("0001", finetune_spec(), rows), print)
    (split,) = context.splits(rows, test_fraction=0.25, group_by=group_by)
    groups = [{str(rows[k][key]) for k in side} for side in (split.train, split.validation, split.test)]
    assert [len(side) for side in groups] == [5, 1, 2]
    assert not groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2]


def test_lineage_names_run_seed_and_structures(make_run: MakeRun, salts: Rows):
    run = make_run("0001-pretrain", pretrain_spec(), salts)
    lineage = JobContext(run, print).lineage(frozen=("encoder",))
    assert (lineage.run, lineage.kind, lineage.seed) == ("0001-pretrain", "pretrain", 7)
    assert lineage.structures_sha256 == run.spec().structures_sha256 != ""
    assert lineage.frozen == ("encoder",)


def test_elements_are_those_on_any_site():
    compositions = [{"Li": 0.5, "Na": 0.5, "O": 1.0}, {"Li": 1.0, "Cl": 1.0}]
    assert elements_of([{"composition": one} for one in compositions]) == ("Cl", "Li", "Na", "O")


def test_the_result_of_a_training_lists_what_was_left_out():
    prepared = PreparedStructures([{}, {}], [], [Skipped("bad", "too large")])
    result = result_of_training(prepared, Outcome(False, epochs_done=5, best_epoch=3, best_loss=0.25))
    assert result == {
        "epochs": 5,
        "best_epoch": 3,
        "best_validation_loss": 0.25,
        "num_structures": 2,
        "skipped": [{"name": "bad", "reason": "too large"}],
    }
