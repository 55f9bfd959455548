import csv
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from core.errors import TooFewStructures
from core.evaluation.learners.blended_file import load_blended
from core.events import CheckpointSaved, Event, Started
from core.jobs.run_folder import RunFolder
from core.jobs.spec import PropertySpec
from core.training.model.model_file import load_model
from core.worker.context import JobContext
from core.worker.finetuning import blend as finetune_blend
from core.worker.finetuning.material import prepare_material
from core.worker.process import run_worker
from tests.core.conftest import write_run
from tests.core.salts import SIZE, finetune_spec, salt_rows

MakeRun = Callable[..., RunFolder]
Work = Callable[[RunFolder], int]
Rows = list[dict[str, Any]]

BLEND = {"training.blend": True}
CONDUCTIVITY = PropertySpec(name="conductivity", unit="S/cm", transform="log10")


def some_labelled() -> Rows:
    return [row if row["id"] <= 28 else {**row, "targets": {}} for row in salt_rows()]


@pytest.fixture(scope="module", autouse=True)
def quick_learner() -> Iterator[None]:
    """Ridge regression, which takes no time where boosting takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finetune_blend, "LEARNER", "ridge")
        yield


@pytest.fixture
def rows() -> Rows:
    return some_labelled()


@pytest.fixture(scope="module")
def blended(tmp_path_factory: pytest.TempPathFactory, quick_learner: None) -> RunFolder:
    """A completed run; not to be changed."""
    run = write_run(tmp_path_factory.mktemp("runs") / "0001-finetune", finetune_spec(BLEND), some_labelled())
    assert run_worker(run.path) == 0, run.error()
    run.pid_file.unlink()
    return run


def predictions(run: RunFolder, name: str = "size") -> dict[int, dict[str, str]]:
    with open(run.predictions_file, newline="", encoding="utf-8") as file:
        return {int(row["structure_id"]): row for row in csv.DictReader(file) if row["property"] == name}


def test_every_label_but_those_of_the_test_calibrates_and_is_judged(blended: RunFolder):
    result = blended.result()
    figures, interval = result["metrics"]["size"], result["trust"]["size"]["interval"]
    assert (figures["num_train"], figures["validation"]["num_labels"]) == (22, 22)
    assert (interval["num_calibrated"], interval["num_tested"]) == (22, 6)
    splits = [row["split"] for row in predictions(blended).values()]
    assert {name: splits.count(name) for name in splits} == {"validation": 22, "test": 6, "new": 4}
    assert result["epochs"] == 9
    for row in predictions(blended).values():
        assert float(row["lower"]) < float(row["predicted"]) < float(row["upper"])
        assert float(row["spread"]) >= 0.0


def test_the_blend_errs_no_more_than_its_parts_where_it_is_weighed(blended: RunFolder):
    figures = blended.result()["blend"]["size"]
    error = blended.result()["metrics"]["size"]["validation"]["mae"]
    assert 0.0 <= figures["weight"] <= 1.0
    assert error <= min(figures["validation"].values()) + 1e-9
    for name in ("mae_networks", "mae_learner"):
        assert figures["test"][name] > 0.0


def test_one_file_holds_networks_and_learner(blended: RunFolder):
    model = load_blended(blended.model_file)
    assert len(model.networks.members) == 3
    assert model.learned.card.num_train == 22
    assert model.card.intervals[0] is not None
    assert model.networks.domain is not None


def test_a_label_changes_nothing_that_is_said_of_its_own_structure(
    make_run: MakeRun, work: Work, rows: Rows, monkeypatch: pytest.MonkeyPatch
):
    """But for the weight, which all labels together make and which is fixed here."""
    monkeypatch.setattr(finetune_blend, "best_weight", lambda *_: 0.5)
    runs = []
    for name, value in (("0001", None), ("0002", 1e3)):
        if value is not None:
            rows[2]["targets"]["size"]["value"] = value
        runs.append(make_run(name, finetune_spec(BLEND), rows))
        assert work(runs[-1]) == 0, runs[-1].error()
    before, after = map(predictions, runs)
    assert before[3]["split"] == "validation"
    assert float(after[3]["predicted"]) == pytest.approx(float(before[3]["predicted"]), abs=1e-5)
    assert float(after[29]["predicted"]) != pytest.approx(float(before[29]["predicted"]), abs=1e-2)


def test_a_blend_that_was_killed_trains_no_network_again(
    make_run: MakeRun,
    work: Work,
    rows: Rows,
    blended: RunFolder,
    after_each_event: Callable[[Callable[[Event], object]], None],
    events: Callable[[RunFolder], list[Event]],
):
    run = make_run("0002", finetune_spec(BLEND), rows)
    killed: list[Event] = []

    def kill(event: Event) -> None:
        if not killed and isinstance(event, CheckpointSaved) and event.epoch == 7:
            killed.append(event)
            raise KeyboardInterrupt  # no worker catches it: it is as if the process were gone

    after_each_event(kill)
    with pytest.raises(KeyboardInterrupt):
        work(run)
    run.pid_file.unlink()
    assert work(run) == 0, run.error()
    starts = [event for event in events(run) if isinstance(event, Started)]
    assert [(one.resumed_from_epoch, one.num_epochs) for one in starts] == [(0, 9), (8, 9)]
    assert predictions(run) == predictions(blended)


def test_bounds_logarithms_and_errors_are_blended_as_they_are_learned(
    make_run: MakeRun, work: Work, rows: Rows
):
    for row in rows[:28]:
        sigma = {"value": 10.0 ** -(row["id"] % 5), "bound": "<" if row["id"] % 4 == 0 else "", "error": 0.1}
        row["targets"] = (
            {"conductivity": sigma} if row["id"] % 2 else {**row["targets"], "conductivity": sigma}
        )
    changes = {**BLEND, "objective.measurement_errors": "ignore"}
    run = make_run("0001", finetune_spec(changes, (SIZE, CONDUCTIVITY)), rows)
    assert work(run) == 0, run.error()
    result = run.result()
    assert result["blend"].keys() == {"size", "conductivity"}
    assert result["metrics"]["conductivity"]["unit"] == "log10(S/cm)"
    for row in predictions(run, "conductivity").values():
        assert 0.0 < float(row["lower"]) < float(row["predicted"]) < float(row["upper"])
    model = load_blended(run.model_file)
    assert model.weights == tuple(one["weight"] for one in result["blend"].values())
    assert np.isnan(model.learned.examples.errors).all()


def test_each_network_can_start_from_its_like(
    make_run: MakeRun, work: Work, rows: Rows, blended: RunFolder, stop_before_training: Callable[..., None]
):
    run = make_run("0002", finetune_spec({**BLEND, "transfer.freeze": "encoder"}), rows, blended.model_file)
    assert work(run) == 0, run.error()
    for before, after in zip(*(load_model(one.model_file).members for one in (blended, run)), strict=True):
        for name, weights in before.encoder.state_dict().items():
            assert weights.equal(after.encoder.state_dict()[name]), name


def test_classes_are_refused_before_the_work(make_run: MakeRun, work: Work, rows: Rows):
    for row in rows[:28]:
        row["targets"] = {"large": {"value": float(row["id"] % 2), "bound": ""}}
    run = make_run("0001", finetune_spec(BLEND, (PropertySpec(name="large", kind="class"),)), rows)
    assert work(run) == 1
    assert "a blend can be weighed for numbers only" in run.error()[0]
    assert not run.graphs_file.exists()


def test_fewer_groups_than_parts_are_refused(make_run: MakeRun, rows: Rows):
    for row in rows:
        row["formula"] = f"salt {row['id'] % 2}"
    run = make_run("0001", finetune_spec({**BLEND, "training.test_fraction": 0.0}), rows)
    with pytest.raises(TooFewStructures, match="too few to be dealt into 3 parts"):
        prepare_material(JobContext(run, lambda event: None), None)


def test_as_many_networks_as_asked_for_share_the_labels(make_run: MakeRun, rows: Rows):
    run = make_run("0001", finetune_spec({**BLEND, "training.ensemble": 5}), rows)
    material = prepare_material(JobContext(run, lambda event: None), None)
    held_out = [split.validation for split in material.member_splits]
    assert len(held_out) == 5
    np.testing.assert_array_equal(np.sort(np.concatenate(held_out)), material.split.train)
