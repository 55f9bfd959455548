from pathlib import Path

import pytest

from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec
from desktop_app.runs.outcome_words import outcome_words, purpose_of
from desktop_app.runs.run_poller import RunView


def run(kind: str, status: Status = Status.COMPLETED) -> RunView:
    return RunView(RunFolder(Path("runs/0001")), JobSpec(kind=kind, collection="Salts"), status)


def test_only_runs_without_epochs_have_a_purpose_in_the_place_of_curves():
    assert [purpose_of(run(kind)) is None for kind in ("pretrain", "finetune", "clouds")] == [True] * 3
    for kind in ("predict", "occlude", "features", "trajectory"):
        purpose = purpose_of(run(kind))
        assert purpose is not None
        assert "no epochs" in purpose.sentence
    assert purpose_of(RunView(RunFolder(Path("runs/0001")), None, Status.FAILED)) is None


@pytest.mark.parametrize(
    ("kind", "result", "words"),
    [
        ("predict", {"metrics": {"num_structures": 28}}, "28 structures were predicted."),
        ("predict", {}, ""),
        ("occlude", {"metrics": {"num_structures": 1}}, "One structure was looked at with sites hidden."),
        (
            "trajectory",
            {"metrics": {"num_frames": 40, "num_particles": 20_000}},
            "40 frames were looked at, 20,000 particles in all.",
        ),
        (
            "features",
            {"metrics": {"gap": {"unit": "eV", "test": {"mae": 0.5, "num_labels": 3}}}},
            "gap: Mean absolute error 0.5 eV on 3 held-out values.",
        ),
    ],
)
def test_what_a_run_has_found_is_a_sentence(kind: str, result: dict, words: str):
    assert outcome_words(run(kind), result) == words


def test_what_was_left_out_is_named_and_the_rest_counted():
    skipped = [{"name": f"s{k}", "reason": "Too large."} for k in range(5)]
    words = outcome_words(run("predict"), {"metrics": {"num_structures": 2}, "skipped": skipped})
    assert "Left out were 5. 's0': Too large.; 's1': Too large.; 's2': Too large. And 2 more." in words


def test_a_run_that_has_not_ended_well_says_how_it_stands():
    assert outcome_words(run("predict", Status.QUEUED), {}) == "It has not begun."
    assert outcome_words(run("predict", Status.RUNNING), {}) == ""
    assert "nothing to see" in outcome_words(run("predict", Status.FAILED), {})
