import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.jobs.run_folder import RunFolder
from tests.core.shipped import ship_header

Siteloupe = Callable[..., Any]
FEATURES = ("--collection", "salts", "--property", "size")


def rows(path: Path | str) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_learning_on_fixed_features_shows_its_errors(siteloupe: Siteloupe, project: Path, worker_here: None):
    outcome = siteloupe("features", project, *FEATURES, "--learner", "ridge", "--set", "threads=1")
    assert outcome.status == 0, outcome.err
    assert "size: mean absolute error" in outcome.out
    assert "ridge" in outcome.out
    assert "90 % intervals" in outcome.out
    assert "test values lie within" in outcome.out


def test_the_outcome_as_json_names_the_predictions(siteloupe: Siteloupe, project: Path, worker_here: None):
    outcome = siteloupe("features", project, *FEATURES, "--learner", "ridge", "--json")
    assert outcome.status == 0, outcome.err
    assert Path(outcome.json["predictions"]).exists()
    assert outcome.json["metrics"]["size"]["test"]["mae"] < 0.3


@pytest.mark.parametrize("has_network", [True, False])
def test_the_model_predicts_files_as_it_predicted_the_same_structures_in_its_run(
    siteloupe: Siteloupe,
    project: Path,
    worker_here: None,
    pretrained: RunFolder,
    salt_files: Path,
    tmp_path: Path,
    has_network: bool,
):
    start = pretrained.model_file if has_network else "scratch"
    learned = siteloupe("features", project, *FEATURES, "--learner", "ridge", "--from", start, "--json")
    assert learned.status == 0, learned.err
    out = tmp_path / "out.csv"
    outcome = siteloupe("predict", learned.json["folder"], salt_files / "salts", "--out", out, "--json")
    assert outcome.status == 0, outcome.err
    assert outcome.json["trust"] == learned.json["trust"]
    told = {line["id"]: line for line in rows(out)}
    tested = [line for line in rows(learned.json["predictions"]) if line["split"] == "test"]
    assert len(tested) > 3
    for line in tested:
        again = told[line["name"]]
        for key, column in (("predicted", "size"), ("lower", "size_lower"), ("upper", "size_upper")):
            assert float(again[column]) == pytest.approx(float(line[key]), abs=1e-3)
        assert again["in_domain"] == line["in_domain"]


def test_what_it_cannot_describe_is_listed(
    siteloupe: Siteloupe, project: Path, worker_here: None, salt_files: Path, tmp_path: Path
):
    learned = siteloupe("features", project, *FEATURES, "--learner", "ridge", "--json")
    (tmp_path / "letter.cif").write_text("Dear reader")
    paths = (tmp_path / "letter.cif", salt_files / "salts" / "NaCl.cif")
    outcome = siteloupe("predict", learned.json["model"], *paths, "--out", tmp_path / "out.csv", "--json")
    assert outcome.status == 0, outcome.err
    assert [Path(one["path"]).name for one in outcome.json["rejected"]] == ["letter.cif"]


def test_a_model_without_a_network_has_no_embedding_and_says_so(
    siteloupe: Siteloupe, project: Path, worker_here: None, salt_files: Path, tmp_path: Path
):
    learned = siteloupe("features", project, *FEATURES, "--learner", "ridge", "--json")
    outcome = siteloupe("embed", learned.json["model"], salt_files / "salts", "--out", tmp_path / "out.csv")
    assert outcome.status == 1
    assert "it has no network" in outcome.err


def test_an_unknown_learner_is_wrong_usage(siteloupe: Siteloupe, project: Path):
    outcome = siteloupe("features", project, *FEATURES, "--learner", "lasso")
    assert outcome.status == 2


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ((), "best (shipped)"),
        (("--encoder", "cgcnn"), "convolutions (shipped)"),
        (("--from", "scratch"), None),
        (("--set", "learning.embedding=no"), None),
    ],
)
def test_the_embedding_is_that_of_the_recommended_shipped_model_unless_told_otherwise(
    siteloupe: Siteloupe,
    project: Path,
    worker_here: None,
    shipped_folder: Path,
    options: tuple[str, ...],
    start: str | None,
):
    ship_header(shipped_folder, "other")
    ship_header(shipped_folder, "best", recommended=True)
    ship_header(shipped_folder, "convolutions", encoder="cgcnn", recommended=True)
    outcome = siteloupe("features", project, *FEATURES, *options, "--detach")
    found = RunFolder(project / "runs" / "0001-features-size").spec().start_from
    assert (None if found is None else found.name) == start
    assert ("The embedding is that of the shipped model" in outcome.out) == (start is not None)
