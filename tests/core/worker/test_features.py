import csv
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.config import build_settings
from core.evaluation.learners.learned_file import load_learned
from core.events import Event, Message
from core.jobs.class_columns import class_columns
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec, PropertySpec
from core.training.model.model_file import load_model
from tests.core import salts as crystals
from tests.core.salts import SIZE, predict_spec

MakeRun = Callable[..., RunFolder]
Work = Callable[[RunFolder], int]
Rows = list[dict[str, Any]]


def spec(changes: dict[str, Any] | None = None) -> JobSpec:
    own = {"compute.device": "cpu", "compute.threads": 1, "learning.learner": "ridge", **(changes or {})}
    settings = build_settings("features", changes=own)
    return JobSpec(
        kind="features", collection="salts", settings=settings.model_dump(), properties=(SIZE,), seed=7
    )


def predictions(run: RunFolder) -> dict[int, dict[str, str]]:
    with open(run.predictions_file, newline="", encoding="utf-8") as file:
        return {int(row["structure_id"]): row for row in csv.DictReader(file)}


@pytest.fixture
def rows(salts: Rows) -> Rows:
    return [row if row["id"] <= 28 else {**row, "targets": {}} for row in salts]


def test_every_structure_is_predicted_with_an_interval(make_run: MakeRun, work: Work, rows: Rows):
    run = make_run("0001", spec(), rows)
    assert work(run) == 0, run.error()
    found = predictions(run)
    splits = [row["split"] for row in found.values()]
    assert {name: splits.count(name) for name in splits} == {"validation": 22, "test": 6, "new": 4}
    for row in found.values():
        assert float(row["lower"]) < float(row["predicted"]) < float(row["upper"])


def test_the_figures_are_those_of_the_predictions(make_run: MakeRun, work: Work, rows: Rows):
    run = make_run("0001", spec(), rows)
    assert work(run) == 0
    figures = run.result()["metrics"]["size"]
    for split in ("validation", "test"):
        errors = [
            abs(float(row["predicted"]) - float(row["measured"]))
            for row in predictions(run).values()
            if row["split"] == split
        ]
        assert figures[split]["mae"] == pytest.approx(np.mean(errors), rel=1e-9)
    assert figures["test"]["mae"] < 0.5 * figures["test"]["mae_mean_baseline"]
    assert 0 <= run.result()["trust"]["size"]["interval"]["coverage"] <= 1


def test_the_embedding_of_a_starting_model_is_a_feature(
    make_run: MakeRun, work: Work, rows: Rows, pretrained: RunFolder
):
    alone = {"learning.composition": False, "learning.structure": False}
    run = make_run("0001", spec(alone), rows, pretrained.model_file)
    assert work(run) == 0, run.error()
    assert run.result()["num_features"] == 4 + 2 * 4
    hybrid = make_run("0002", spec(), rows, pretrained.model_file)
    assert work(hybrid) == 0
    plain = make_run("0003", spec(), rows)
    assert work(plain) == 0
    assert hybrid.result()["num_features"] == plain.result()["num_features"] + 12


def test_without_any_feature_nothing_is_learned(make_run: MakeRun, work: Work, rows: Rows):
    run = make_run("0001", spec({"learning.composition": False, "learning.structure": False}), rows)
    assert work(run) == 1
    assert "No features were chosen." in run.error()[0]


@pytest.mark.parametrize(("bounds", "num_train"), [("exact", 22), ("skip", 14)])
def test_bounds_are_learned_as_set_and_judged_as_bounds(
    make_run: MakeRun, work: Work, rows: Rows, bounds: str, num_train: int
):
    for row in rows[:28:3]:
        row["targets"]["size"]["bound"] = "<"
    run = make_run("0001", spec({"learning.bounds": bounds}), rows)
    assert work(run) == 0, run.error()
    splits = [row["split"] for row in predictions(run).values()]
    assert splits.count("validation") == num_train


def test_a_stop_is_heard_while_structures_are_described(make_run: MakeRun, work: Work, rows: Rows):
    run = make_run("0001", spec(), rows)
    run.request_stop()
    assert work(run) == 0
    assert not run.result_file.exists()


def test_structures_unlike_those_learned_from_are_named_with_the_reason(
    make_run: MakeRun, work: Work, rows: Rows
):
    rows[30] = crystals.row(31, crystals.rock_salt("U", "N", 3.0))
    run = make_run("0001", spec(), rows)
    assert work(run) == 0, run.error()
    found = {one["id"]: one["reasons"] for one in run.result()["out_of_domain"]}
    assert any("no training structure has N, U" in text for text in found[31])
    assert any(text.startswith("density of") for text in found[31])
    learned = {number for number, line in predictions(run).items() if line["split"] == "validation"}
    assert not learned & found.keys()


def test_the_learner_is_kept_in_a_model_file(
    make_run: MakeRun, work: Work, rows: Rows, pretrained: RunFolder
):
    run = make_run("0001", spec(), rows, pretrained.model_file)
    assert work(run) == 0, run.error()
    model = load_learned(run.model_file)
    assert (model.card.learner, model.card.blocks) == ("ridge", ("embedding", "composition", "structure"))
    assert sum(model.card.widths) == run.result()["num_features"]
    assert model.card.num_train == len(model.examples.values) == 22
    assert model.card.lineage.started_from == "0001-pretrain"
    told = run.result()["trust"]["size"]["interval"]
    assert model.card.intervals[0].model_dump() == told
    assert len(model.seen.labels["size"]) == 22
    kept, start = load_model(run.model_file).encoder, load_model(pretrained.model_file).encoder
    for name, tensor in start.state_dict().items():
        assert torch.equal(kept.state_dict()[name], tensor)


def test_embeddings_and_attention_are_written_where_there_is_a_network(
    make_run: MakeRun, work: Work, rows: Rows, pretrained: RunFolder
):
    run = make_run("0001", spec(), rows, pretrained.model_file)
    assert work(run) == 0, run.error()
    assert run.embeddings_file.exists()
    assert run.attention_file.exists()


def test_what_the_network_has_met_is_said(make_run: MakeRun, work: Work, rows: Rows, finetuned: RunFolder):
    run = make_run("0001", spec(), rows, finetuned.model_file)
    assert work(run) == 0, run.error()
    assert "has learned 'size' for the formulas of" in run.events_file.read_text(encoding="utf-8")


def classes_of(row: dict[str, Any]) -> str:
    size = row["targets"]["size"]["value"]
    return "small" if size < 4.8 else "medium" if size < 5.3 else "large"


@pytest.fixture
def words(rows: Rows) -> Rows:
    """The salts with a class in words in place of the size."""
    for row in rows[:28]:
        row["targets"] = {"class": {"value": 0.0, "bound": "", "class": classes_of(row)}}
    return rows


def class_spec(rows: Rows, learner: str = "extra_trees") -> JobSpec:
    kind = PropertySpec(name="class", kind="class")
    columns = class_columns(kind, [row["targets"]["class"] for row in rows if row["targets"]])
    return spec({"learning.learner": learner}).model_copy(update={"properties": columns})


def test_classes_are_told_with_probabilities_and_sets(make_run: MakeRun, work: Work, words: Rows):
    run = make_run("0001", class_spec(words), words)
    assert work(run) == 0, run.error()
    result = run.result()
    assert result["metrics"].keys() == {"class"}
    figures = result["metrics"]["class"]
    assert figures["validation"]["num_labels"] == 22
    assert figures["validation"]["accuracy"] > 0.5 > figures["test"]["accuracy_mean_baseline"] - 0.5
    assert result["class_sets"]["class"]["num_calibrated"] == 22
    with open(run.classes_file, newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 32
    assert all(line["predicted"] in line["set"].split(" | ") for line in lines)
    again = make_run("0002", predict_spec(), words, run.model_file)
    assert work(again) == 0, again.error()
    with open(again.classes_file, newline="", encoding="utf-8") as file:
        assert [line["set"] for line in csv.DictReader(file)][28:] == [line["set"] for line in lines][28:]
    card = load_learned(run.model_file).card
    assert card.class_sets["class"].model_dump() == result["class_sets"]["class"]


def test_a_class_with_one_example_is_learned_and_that_is_said(
    make_run: MakeRun, work: Work, words: Rows, events: Callable[[RunFolder], list[Event]]
):
    for row in words[:28]:
        row["targets"]["class"]["class"] = "only" if row["id"] == 1 else "odd" if row["id"] % 2 else "even"
    run = make_run("0001", class_spec(words, "ridge"), words)
    assert work(run) == 0, run.error()
    said = [event.text for event in events(run) if isinstance(event, Message)]
    assert any("The class 'only' of 'class' has" in text for text in said)


@pytest.mark.parametrize("kind", ["number", "class"])
def test_what_is_the_same_everywhere_is_not_learned(make_run: MakeRun, work: Work, rows: Rows, kind: str):
    for row in rows[:28]:
        row["targets"]["size"]["value"] = 1.0
    same = spec().model_copy(update={"properties": (PropertySpec(name="size", kind=kind),)})
    run = make_run("0001", same, rows)
    assert work(run) == 1
    assert "there is nothing to learn" in run.error()[0]
