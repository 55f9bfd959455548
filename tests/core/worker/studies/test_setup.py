import shutil
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from core.config import ENCODERS
from core.errors import ModelError, RunError, SettingError
from core.jobs.run_folder import RunFolder
from core.jobs.study_arms import AGREEMENT_FILE
from core.jobs.study_texts import parse_arms
from core.training.model.model_file import Model, save_model
from core.training.model.seen import Seen
from core.worker.context import JobContext
from core.worker.studies.setup import StudySetup, set_up
from tests.core.models import untrained_model
from tests.core.worker.studies.test_study import study_spec

MakeRun = Callable[..., RunFolder]
Rows = list[dict[str, Any]]


@pytest.mark.parametrize("encoder", ENCODERS)
def test_layers_of_every_network_can_be_kept_fixed(make_run: MakeRun, rows: Rows, encoder: str):
    spec = study_spec("deep_infomax (1 fixed)")
    settings = {name: values for name, values in spec.settings.items() if name != "encoder"}
    spec = spec.model_copy(update={"encoder": encoder, "settings": settings})
    run = make_run("0001", spec, rows)
    assert set_up(JobContext(run, lambda event: None), parse_arms("deep_infomax (1 fixed)")).skipped == []


@pytest.fixture
def rows(salts: Rows) -> Rows:
    return [{**row, "part": "learn" if row["id"] <= 28 else "pool"} for row in salts]


def prepare(
    make_run: MakeRun, rows: Rows, arms: str, seen: Seen | None = None, changes: dict[str, Any] | None = None
) -> StudySetup:
    run = make_run("0001", study_spec(arms, changes), rows)
    (run.path / "models").mkdir()
    plain = untrained_model()
    save_model(run.path / "models" / "00.safetensors", Model(plain.card, plain.encoder, None, seen))
    return set_up(JobContext(run, lambda event: None), parse_arms(arms))


def test_labels_and_what_arms_work_with_agree(make_run: MakeRun, rows: Rows):
    setup = prepare(make_run, rows, "mean, deep_infomax")
    assert len(setup.material.values) == len(setup.bench.place.labelled) == 28
    assert len(setup.bench.place.rows) == 32
    for k, row in zip(setup.bench.place.labelled, setup.material.rows, strict=True):
        assert setup.bench.place.rows[k]["id"] == row["id"]


@pytest.mark.parametrize(("arms", "goes_on"), [("mean", True), ("mean, deep_infomax", False)])
def test_what_is_only_pretrained_on_must_stay_where_an_arm_learns_from_it(
    make_run: MakeRun, rows: Rows, arms: str, goes_on: bool
):
    run = make_run("0001", study_spec(arms), rows)
    set_up(JobContext(run, lambda event: None), parse_arms(arms))
    extended = make_run("0002", study_spec(arms), rows[:-1])
    shutil.copy(run.path / AGREEMENT_FILE, extended.path)
    with nullcontext() if goes_on else pytest.raises(RunError, match="structures to pretrain on"):
        set_up(JobContext(extended, lambda event: None), parse_arms(arms))


def test_a_model_is_checked_before_the_first_cell(make_run: MakeRun, rows: Rows):
    with pytest.raises(ModelError, match="was trained on"):
        prepare(make_run, rows, "model:a", Seen.of_rows(rows))


def test_what_a_model_has_seen_is_left_out_for_all(make_run: MakeRun, rows: Rows):
    changes = {"study.seen": "leave_out", "study.n_labels": "8"}
    setup = prepare(make_run, rows, "mean, model:a", Seen.of_rows(rows[:10]), changes)
    assert len(setup.material.values) == 18
    assert "10 labelled structures" in setup.remark
    assert setup.bench.place.labelled.min() == 10


def test_seen_structures_can_be_kept_and_the_report_says_so(make_run: MakeRun, rows: Rows):
    setup = prepare(make_run, rows, "model:a", None, {"study.seen": "ignore"})
    assert len(setup.material.values) == 28
    assert "not checked" in setup.remark


def test_more_layers_to_keep_than_there_are_is_one_error_not_one_per_cell(make_run: MakeRun, rows: Rows):
    changes = {"transfer.freeze": "layers", "transfer.frozen_layers": 9}
    with pytest.raises(SettingError, match="9 layers are to be kept fixed"):
        prepare(make_run, rows, "deep_infomax", changes=changes)


@pytest.mark.parametrize("arm", ["deep_infomax (9 fixed)", "model:a (9 fixed)"])
def test_more_layers_than_there_are_named_by_an_arm_are_refused(make_run: MakeRun, rows: Rows, arm: str):
    with pytest.raises(SettingError, match="9 layers are to be kept fixed"):
        prepare(make_run, rows, arm, changes={"study.seen": "ignore"})
