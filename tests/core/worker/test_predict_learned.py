import csv
from collections.abc import Callable

import pytest

from core.config import build_settings
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from tests.core import salts as crystals
from tests.core.salts import SIZE, predict_spec, salt_rows

MakeRun = Callable[..., RunFolder]
Work = Callable[[RunFolder], int]


@pytest.fixture(params=["with a network", "without"])
def learned(
    request: pytest.FixtureRequest, make_run: MakeRun, work: Work, pretrained: RunFolder
) -> RunFolder:
    """A completed run on fixed features, four salts without a label."""
    own = {"compute.device": "cpu", "compute.threads": 1, "learning.learner": "extra_trees"}
    settings = build_settings("features", changes=own)
    spec = JobSpec(kind="features", settings=settings.model_dump(), properties=(SIZE,), seed=7)
    rows = [row if row["id"] <= 28 else {**row, "targets": {}} for row in salt_rows()]
    start = pretrained.model_file if request.param == "with a network" else None
    run = make_run("0002-features", spec, rows, start)
    assert work(run) == 0, run.error()
    return run


def lines(run: RunFolder) -> dict[str, dict[str, str]]:
    with open(run.predictions_file, newline="", encoding="utf-8") as file:
        return {row["structure_id"]: row for row in csv.DictReader(file)}


def test_new_structures_are_predicted_as_by_the_run_that_learned(
    make_run: MakeRun, work: Work, learned: RunFolder
):
    rows = [{**row, "targets": {}} for row in salt_rows()[26:]]  # others around, so that batches differ
    run = make_run("0003-predict", predict_spec(), rows, learned.model_file)
    assert work(run) == 0, run.error()
    again, first = lines(run), lines(learned)
    assert again.keys() == {str(number) for number in range(27, 33)}
    for number in ("29", "30", "31", "32"):
        assert (again[number]["split"], again[number]["measured"]) == ("new", "")
        for key in ("predicted", "lower", "upper"):
            assert float(again[number][key]) == pytest.approx(float(first[number][key]), abs=1e-3)
        assert again[number]["in_domain"] == first[number]["in_domain"]
    assert run.result()["trust"] == learned.result()["trust"]
    assert run.embeddings_file.exists() == learned.embeddings_file.exists()


def test_what_the_learner_knows_already_is_said(make_run: MakeRun, work: Work, learned: RunFolder):
    run = make_run("0003-predict", predict_spec(), salt_rows()[:5], learned.model_file)
    assert work(run) == 0, run.error()
    events = run.events_file.read_text(encoding="utf-8")
    assert "The model '0002-features' has learned 'size' for the formulas of" in events


def test_structures_that_cannot_be_described_are_listed(make_run: MakeRun, work: Work, learned: RunFolder):
    rows = salt_rows()[:5]
    rows[2]["structure"]["species"][0] = {"Xx": 1.0}
    rows.append(crystals.row(40, crystals.rock_salt("U", "N", 4.9)))
    run = make_run("0003-predict", predict_spec(), rows, learned.model_file)
    assert work(run) == 0, run.error()
    assert [one["name"] for one in run.result()["skipped"]] == ["LiBr-3"]
    assert "no training structure has N, U" in lines(run)["40"]["reasons"]
