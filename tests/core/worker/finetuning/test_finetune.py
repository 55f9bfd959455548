import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.events import CheckpointSaved, Event, Message, Started
from core.jobs.class_columns import class_columns
from core.jobs.results.attention import AttentionArchive
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import PropertySpec
from core.training.model.cgcnn_checkpoint import import_checkpoint
from core.training.model.model_file import Model, load_model, save_model
from tests.core.salts import SIZE, finetune_spec

MakeRun = Callable[..., RunFolder]
Work = Callable[[RunFolder], int]
Rows = list[dict[str, Any]]

CONDUCTIVITY = PropertySpec(name="conductivity", unit="S/cm", transform="log10")


def predictions(run: RunFolder, property_name: str = "size") -> dict[int, dict[str, str]]:
    """Rows of predictions.csv of one property, by structure number."""
    with open(run.predictions_file, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["property"] == property_name]
    return {int(row["structure_id"]): row for row in rows}


def encoder_equals(one: Model, other: Model, part: str = "") -> bool:
    weights = other.encoder.state_dict()
    tensors = {n: tensor for n, tensor in one.encoder.state_dict().items() if n.startswith(part)}
    assert tensors
    return all(torch.equal(tensor, weights[name]) for name, tensor in tensors.items())


def finetune(make_run: MakeRun, work: Work, name: str, spec: Any, rows: Rows, *model: Path) -> RunFolder:
    run = make_run(name, spec, rows, *model)
    assert work(run) == 0, run.error()
    return run


def test_the_result_has_the_figures_beside_both_baselines(finetuned: RunFolder):
    result = finetuned.result()
    figures = result["metrics"]["size"]
    assert figures["unit"] == "Å"
    assert figures["num_train"] == 12
    for split, count in (("validation", 10), ("test", 6)):
        assert figures[split]["num_labels"] == count
        assert figures[split]["num_bounds"] == 0
        for key in ("mae", "mae_mean_baseline", "mae_forest_baseline"):
            assert 0 < figures[split][key] < 2  # the sizes lie between 4.0 and 5.85
    interval = result["trust"]["size"]["interval"]
    assert 0 <= interval["coverage"] <= 1
    assert (interval["level"], interval["num_calibrated"], interval["num_tested"]) == (0.9, 10, 6)
    assert 4.0 <= result["trust"]["size"]["measured"]["lowest"] < 5.4
    assert result["epochs"] == 3
    assert result["skipped"] == []


def test_every_structure_is_predicted_with_its_split(finetuned: RunFolder):
    rows = predictions(finetuned)
    splits = [row["split"] for row in rows.values()]
    assert {split: splits.count(split) for split in splits} == {
        "train": 12,
        "validation": 10,
        "test": 6,
        "new": 4,
    }
    for number, row in rows.items():
        assert float(row["lower"]) < float(row["predicted"]) < float(row["upper"])
        assert bool(row["measured"]) == (number <= 28) == (row["split"] != "new")


def test_the_figures_agree_with_the_predictions_that_were_written(finetuned: RunFolder):
    errors = [
        abs(float(row["predicted"]) - float(row["measured"]))
        for row in predictions(finetuned).values()
        if row["split"] == "test"
    ]
    assert finetuned.result()["metrics"]["size"]["test"]["mae"] == pytest.approx(np.mean(errors), rel=1e-9)


def test_every_structure_gets_attention_labelled_or_not(finetuned: RunFolder):
    assert AttentionArchive(finetuned.attention_file).structure_ids == list(range(1, 33))


@pytest.mark.parametrize(
    ("freeze", "words", "kept", "changed"),
    [
        ("none", (), None, "site_layers"),
        ("embedding", ("embedding",), "site_layers.site_linear", "site_layers.value_linear"),
        ("sites", ("embedding", "attention"), "site_layers", "crystal_layers"),
        ("encoder", ("encoder",), "", None),
    ],
)
def test_what_was_frozen_stays_and_is_written_on_the_card(
    make_run: MakeRun,
    work: Work,
    salts: Rows,
    pretrained: RunFolder,
    freeze: str,
    words: tuple[str, ...],
    kept: str | None,
    changed: str | None,
):
    spec = finetune_spec({"transfer.freeze": freeze})
    run = finetune(make_run, work, "0001", spec, salts, pretrained.model_file)
    start, end = load_model(pretrained.model_file), load_model(run.model_file)
    assert end.card.lineage.frozen == words
    if kept is not None:
        assert encoder_equals(end, start, kept)
    if changed is not None:
        assert not encoder_equals(end, start, changed)


def test_fine_tuning_begins_with_the_weights_it_was_given(
    make_run: MakeRun,
    work: Work,
    salts: Rows,
    pretrained: RunFolder,
    stop_before_training: Callable[[RunFolder], None],
):
    run = make_run("0001", finetune_spec(), salts, pretrained.model_file)
    stop_before_training(run)
    assert work(run) == 0
    assert run.status() is Status.STOPPED
    begun, start = load_model(run.model_file), load_model(pretrained.model_file)
    assert encoder_equals(begun, start)
    assert begun.card.lineage.loaded == ("encoder",)


def test_layers_that_are_not_kept_can_start_afresh_and_that_is_said(
    make_run: MakeRun,
    work: Work,
    salts: Rows,
    pretrained: RunFolder,
    events: Callable[[RunFolder], list[Event]],
    stop_before_training: Callable[[RunFolder], None],
):
    changes = {"transfer.freeze": "sites", "transfer.deeper": "new"}
    run = make_run("0001", finetune_spec(changes), salts, pretrained.model_file)
    stop_before_training(run)
    assert work(run) == 0
    begun, start = load_model(run.model_file), load_model(pretrained.model_file)
    assert encoder_equals(begun, start, "site_layers")
    assert not encoder_equals(begun, start, "crystal_layers")
    lineage = begun.card.lineage
    assert lineage.loaded == lineage.frozen == ("embedding", "attention")
    assert lineage.reinitialised == ("crystal layers", "head")
    said = [event.text for event in events(run) if isinstance(event, Message)]
    assert any("kept fixed: embedding, attention; started afresh: crystal layers, head" in t for t in said)


def test_a_converted_checkpoint_is_transferred_as_in_the_paper(
    make_run: MakeRun, work: Work, salts: Rows, shared_data: Path, tmp_path: Path
):
    """The embedding and two convolutions fixed, the others new; fixed norms keep their statistics."""
    published = shared_data / "cgcnn_pretrained" / "pretrained"
    start = import_checkpoint(published / "formation-energy-per-atom.pth.tar", published / "atom_init.json")
    save_model(tmp_path / "converted.safetensors", start)
    changes = {"transfer.freeze": "layers", "transfer.frozen_layers": 2, "transfer.deeper": "new"}
    spec = finetune_spec({**changes, "objective.head_width": 0})
    run = finetune(make_run, work, "0001", spec, salts, tmp_path / "converted.safetensors")
    end = load_model(run.model_file)
    for number in range(4):
        part = f"site_layers.convolutions.{number}."
        assert encoder_equals(end, start, f"{part}bond") == (number < 2)
        assert encoder_equals(end, start, f"{part}site_norm.running") == (number < 2)
    lineage = end.card.lineage
    assert lineage.frozen == lineage.loaded == ("embedding", "convolution 1", "convolution 2")
    assert lineage.reinitialised == ("convolution 3", "convolution 4", "crystal layers", "head")
    assert (end.card.encoder, end.card.properties) == ("cgcnn", (SIZE,))


def test_more_layers_to_keep_than_there_are_end_the_job_before_the_work(
    make_run: MakeRun, work: Work, salts: Rows, pretrained: RunFolder
):
    changes = {"transfer.freeze": "layers", "transfer.frozen_layers": 3}
    run = make_run("0001", finetune_spec(changes), salts, pretrained.model_file)
    assert work(run) == 1
    assert "has 1 above its embedding" in run.error()[0]
    assert not run.graphs_file.exists()


def test_a_network_from_scratch_says_so(make_run: MakeRun, work: Work, salts: Rows):
    lineage = load_model(finetune(make_run, work, "0001", finetune_spec(), salts).model_file).card.lineage
    assert (lineage.started_from, lineage.loaded, lineage.reinitialised) == ("scratch", (), ())


def test_the_network_of_the_starting_model_wins_over_the_settings_and_that_is_said(
    make_run: MakeRun,
    work: Work,
    salts: Rows,
    pretrained: RunFolder,
    events: Callable[[RunFolder], list[Event]],
):
    spec = finetune_spec({"encoder.hidden_width": 16})
    run = finetune(make_run, work, "0001", spec, salts, pretrained.model_file)
    assert load_model(run.model_file).card.encoder_settings["hidden_width"] == 8
    said = [event.text for event in events(run) if isinstance(event, Message)]
    assert any("network is that of the starting model" in text for text in said)


def test_a_label_of_the_test_split_changes_nothing_but_its_own_error(
    make_run: MakeRun, work: Work, salts: Rows
):
    first = finetune(make_run, work, "0001", finetune_spec(), salts)
    tested = next(number for number, row in predictions(first).items() if row["split"] == "test")
    salts[tested - 1]["targets"]["size"]["value"] = 1e4
    second = finetune(make_run, work, "0002", finetune_spec(), salts)
    models = [load_model(run.model_file) for run in (first, second)]
    assert encoder_equals(*models)
    assert models[0].card.normalisers == models[1].card.normalisers
    widths = [model.intervals[0] for model in models]
    assert widths[0] is None or widths[1] is None or widths[0].half_width == widths[1].half_width
    before, after = predictions(first), predictions(second)
    assert [row["predicted"] for row in before.values()] == [row["predicted"] for row in after.values()]
    figures = [run.result()["metrics"]["size"] for run in (first, second)]
    assert figures[0]["validation"] == figures[1]["validation"]
    assert figures[1]["test"]["mae"] > 1000


def test_a_label_of_the_validation_split_trains_nothing(make_run: MakeRun, work: Work, salts: Rows):
    # With one epoch there is no best epoch to choose, which is all that validation labels do.
    spec = finetune_spec({"training.epochs": 1})
    first = finetune(make_run, work, "0001", spec, salts)
    held = next(number for number, row in predictions(first).items() if row["split"] == "validation")
    salts[held - 1]["targets"]["size"]["value"] = 1e4
    second = finetune(make_run, work, "0002", spec, salts)
    assert encoder_equals(load_model(first.model_file), load_model(second.model_file))


def test_the_normaliser_is_that_of_the_training_split(finetuned: RunFolder):
    trained = [float(r["measured"]) for r in predictions(finetuned).values() if r["split"] == "train"]
    normaliser = load_model(finetuned.model_file).card.normalisers[0]
    assert normaliser.mean == pytest.approx(np.mean(trained), rel=1e-12)
    assert normaliser.std == pytest.approx(np.std(trained), rel=1e-12)


def test_several_properties_are_learned_from_labels_that_do_not_overlap(
    make_run: MakeRun, work: Work, salts: Rows
):
    for row in salts:
        sigma = {"conductivity": {"value": 10.0 ** -(row["id"] % 7), "bound": ""}}
        row["targets"] = row["targets"] if row["id"] % 2 else sigma
    run = finetune(make_run, work, "0001", finetune_spec(properties=(SIZE, CONDUCTIVITY)), salts)
    metrics = run.result()["metrics"]
    assert metrics["size"]["num_train"] + metrics["conductivity"]["num_train"] == 23
    assert metrics["conductivity"]["unit"] == "log10(S/cm)"
    for name, odd in (("size", 1), ("conductivity", 0)):
        rows = predictions(run, name)
        assert len(rows) == 32
        assert {number % 2 == odd for number, row in rows.items() if row["split"] != "new"} == {True}
    assert all(0 < float(row["predicted"]) < 1e6 for row in predictions(run, "conductivity").values())


@pytest.mark.parametrize("bounds", ["censored", "exact", "skip"])
def test_a_bound_is_learned_as_asked_and_always_judged_as_a_bound(
    make_run: MakeRun, work: Work, salts: Rows, bounds: str
):
    for row in salts[::3]:
        row["targets"]["size"]["bound"] = "<"
    run = finetune(make_run, work, "0001", finetune_spec({"objective.bounds": bounds}), salts)
    rows = predictions(run)
    bounded = [row for row in rows.values() if row["bound"] == "<"]
    assert len(bounded) == 11
    assert {row["split"] == "new" for row in bounded} == {bounds == "skip"}
    figures = run.result()["metrics"]["size"]
    tested = [row for row in rows.values() if row["split"] == "test"]
    assert figures["test"]["num_bounds"] == sum(row["bound"] == "<" for row in tested)
    errors = [float(row["predicted"]) - float(row["measured"]) for row in tested]
    fair = [
        max(error, 0.0) if row["bound"] else abs(error) for error, row in zip(errors, tested, strict=True)
    ]
    assert figures["test"]["mae"] == pytest.approx(np.mean(fair), rel=1e-9)


def test_a_run_without_negative_values_says_so_on_the_card(make_run: MakeRun, work: Work, salts: Rows):
    changes = {"objective.output": "non_negative"}
    run = finetune(make_run, work, "0001", finetune_spec(changes), salts)
    assert load_model(run.model_file).card.output == "non_negative"
    assert all(float(row["predicted"]) >= 0 for row in predictions(run).values())


def test_classes_are_predicted_as_probabilities_and_judged_as_classes(
    make_run: MakeRun, work: Work, salts: Rows
):
    for row in salts:
        is_large = row["targets"].get("size", {"value": 0.0})["value"] > 5.6
        row["targets"] = {"large": {"value": float(is_large), "bound": ""}} if row["targets"] else {}
    large = PropertySpec(name="large", kind="class")
    run = finetune(make_run, work, "0001", finetune_spec({"training.epochs": 30}, properties=(large,)), salts)
    figures = run.result()["metrics"]["large"]
    for suffix in ("", "_mean_baseline", "_forest_baseline"):
        assert 0.0 <= figures["test"][f"accuracy{suffix}"] <= 1.0
        assert figures["test"][f"log_loss{suffix}"] > 0.0
    assert run.result()["trust"]["large"]["interval"] is None
    rows = predictions(run, "large").values()
    assert all(0.0 < float(row["predicted"]) < 1.0 for row in rows)
    assert {row["lower"] for row in rows} == {""}
    learned = [row for row in rows if row["split"] == "train"]
    right = [(float(row["predicted"]) > 0.5) == (float(row["measured"]) == 1.0) for row in learned]
    assert np.mean(right) > 0.8


def test_several_classes_share_their_probabilities_and_have_sets(make_run: MakeRun, work: Work, salts: Rows):
    for row in salts:
        if row["targets"]:
            size = row["targets"]["size"]["value"]
            name = "small" if size < 4.6 else "medium" if size < 5.6 else "large"
            row["targets"] = {"class": {"value": 0.0, "bound": "", "class": name}}
    kind = PropertySpec(name="class", kind="class")
    columns = class_columns(kind, [row["targets"]["class"] for row in salts if row["targets"]])
    changes = {"training.epochs": 60, "training.validation_fraction": 0.35, "training.keep": "last"}
    run = finetune(make_run, work, "0001", finetune_spec(changes, properties=columns), salts)
    figures = run.result()["metrics"]
    assert figures.keys() == {"class"}
    assert 0.0 <= figures["class"]["test"]["accuracy"] <= 1.0
    card = load_model(run.model_file).card
    assert [column.choice for column in card.properties] == ["large", "medium", "small"]
    assert run.result()["class_sets"]["class"]["num_calibrated"] >= 9
    shares = [predictions(run, column.name) for column in columns]
    for number in shares[0]:
        assert sum(float(rows[number]["predicted"]) for rows in shares) == pytest.approx(1.0)
    with open(run.classes_file, newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(shares[0])
    assert all(line["predicted"] in line["set"].split(" | ") for line in lines)
    learned = [line["predicted"] == line["measured"] for line in lines if line["split"] == "train"]
    assert np.mean(learned) > 0.7


ENSEMBLE = {"training.ensemble": 4, "training.validation_fraction": 0.2}


def test_an_ensemble_is_one_run_with_one_model(make_run: MakeRun, work: Work, salts: Rows):
    run = finetune(make_run, work, "0001", finetune_spec(ENSEMBLE), salts)
    model, result = load_model(run.model_file), run.result()
    assert len(model.members) == 4
    assert not any(encoder_equals(model, other) for other in model.others)
    assert result["epochs"] == 12
    rows = predictions(run).values()
    assert all(float(row["spread"]) > 0 for row in rows)
    splits = [row["split"] for row in rows]
    assert (splits.count("test"), splits.count("validation")) == (6, 12)
    assert result["trust"]["size"]["interval"]["num_calibrated"] == 12
    assert result["metrics"]["size"]["num_train"] == 26


def test_the_first_network_of_an_ensemble_is_the_one_that_is_trained_alone(
    make_run: MakeRun, work: Work, salts: Rows
):
    share = {"training.validation_fraction": 0.2}
    alone = finetune(make_run, work, "0001", finetune_spec(share), salts)
    several = finetune(make_run, work, "0002", finetune_spec(ENSEMBLE), salts)
    assert encoder_equals(load_model(several.model_file), load_model(alone.model_file))


def test_a_held_out_label_changes_no_network_that_holds_it_out(make_run: MakeRun, work: Work, salts: Rows):
    first = finetune(make_run, work, "0001", finetune_spec(ENSEMBLE), salts)
    held = next(number for number, row in predictions(first).items() if row["split"] == "validation")
    salts[held - 1]["targets"]["size"]["value"] = 1e4
    second = finetune(make_run, work, "0002", finetune_spec(ENSEMBLE), salts)
    changed = [
        not encoder_equals(*models)
        for models in zip(*(load_model(run.model_file).members for run in (first, second)), strict=True)
    ]
    assert sum(changed) == 2  # the pair that learned from it
    before, after = (float(predictions(run)[held]["predicted"]) for run in (first, second))
    assert after == pytest.approx(before, abs=1e-6)


def test_an_ensemble_that_was_killed_goes_on_where_it_was(
    make_run: MakeRun,
    work: Work,
    salts: Rows,
    after_each_event: Callable[[Callable[[Event], object]], None],
    events: Callable[[RunFolder], list[Event]],
):
    whole = finetune(make_run, work, "0001", finetune_spec(ENSEMBLE), salts)
    run = make_run("0002", finetune_spec(ENSEMBLE), salts)
    is_first = True

    def kill(event: Event) -> None:
        nonlocal is_first
        if is_first and isinstance(event, CheckpointSaved) and event.epoch == 7 and not event.best:
            is_first = False
            raise KeyboardInterrupt  # no worker catches it: it is as if the process were gone

    after_each_event(kill)
    with pytest.raises(KeyboardInterrupt):
        work(run)
    run.pid_file.unlink()
    assert work(run) == 0, run.error()
    starts = [event.resumed_from_epoch for event in events(run) if isinstance(event, Started)]
    assert starts == [0, 8]
    assert [event.num_epochs for event in events(run) if isinstance(event, Started)] == [12, 12]
    models = [load_model(one.model_file).members for one in (whole, run)]
    assert all(encoder_equals(*pair) for pair in zip(*models, strict=True))


def test_an_ensemble_predicts_the_mean_probability_of_a_class(make_run: MakeRun, work: Work, salts: Rows):
    for row in salts:
        row["targets"] = {"large": {"value": float(row["targets"]["size"]["value"] > 5.0), "bound": ""}}
    large = PropertySpec(name="large", kind="class")
    run = finetune(make_run, work, "0001", finetune_spec(ENSEMBLE, properties=(large,)), salts)
    rows = predictions(run, "large").values()
    assert all(0.0 < float(row["predicted"]) < 1.0 and float(row["spread"]) > 0 for row in rows)
    assert run.result()["metrics"]["large"]["validation"]["num_labels"] == 12


def test_intervals_of_what_cannot_be_negative_end_at_zero(make_run: MakeRun, work: Work, salts: Rows):
    for row in salts:
        row["targets"]["size"]["value"] = 10.0 ** -(row["id"] % 3)
    changes = {"objective.output": "non_negative", "training.validation_fraction": 0.4, "training.epochs": 1}
    run = finetune(make_run, work, "0001", finetune_spec(changes), salts)
    lower = [float(row["lower"]) for row in predictions(run).values()]
    assert min(lower) == 0.0


def test_what_a_run_says_of_the_domain_its_model_says_elsewhere(finetuned: RunFolder):
    assert load_model(finetuned.model_file).domain is not None
    rows = list(predictions(finetuned).values())
    learned = [row["in_domain"] for row in rows if row["split"] == "train"]
    assert learned.count("true") >= 0.75 * len(learned)
    assert {row["in_domain"] for row in rows} <= {"true", "false"}
    assert all(bool(row["reasons"]) == (row["in_domain"] == "false") for row in rows)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda row: row["targets"]["size"].update(value=5.0), "are 5: there is nothing to learn"),
        (lambda row: row["targets"].clear() if row["id"] > 3 else None, "left to train on"),
    ],
    ids=["constant", "too few"],
)
def test_labels_that_cannot_be_learned_end_the_job_before_the_work(
    make_run: MakeRun, work: Work, salts: Rows, change: Callable[[Any], None], complaint: str
):
    for row in salts:
        if row["targets"]:
            change(row)
    run = make_run("0001", finetune_spec(), salts)
    assert work(run) == 1
    assert complaint in run.error()[0]
    assert not run.graphs_file.exists()


def test_a_split_without_a_value_of_a_property_is_told(
    make_run: MakeRun, work: Work, salts: Rows, events: Callable[[RunFolder], list[Event]]
):
    tested = finetune(make_run, work, "0001", finetune_spec(), salts)
    held = [number for number, row in predictions(tested).items() if row["split"] == "test"]
    for row in salts:
        if row["targets"] and row["id"] not in held:
            row["targets"]["conductivity"] = {"value": 10.0 ** -(row["id"] % 7), "bound": ""}
    spec = finetune_spec(properties=(SIZE, CONDUCTIVITY))
    run = finetune(make_run, work, "0002", spec, salts)
    said = [event.text for event in events(run) if isinstance(event, Message)]
    assert any("No structure of the test split has a value of 'conductivity'" in text for text in said)
    assert not any("has a value of 'size'" in text for text in said)


def test_a_label_that_is_no_number_counts_as_missing(make_run: MakeRun, work: Work, salts: Rows):
    salts[4]["targets"]["size"]["value"] = float("nan")
    run = finetune(make_run, work, "0001", finetune_spec(), salts)
    assert predictions(run)[5]["split"] == "new"
    assert predictions(run)[5]["measured"] == ""


def test_without_validation_structures_there_is_no_interval(make_run: MakeRun, work: Work, salts: Rows):
    run = finetune(make_run, work, "0001", finetune_spec({"training.validation_fraction": 0.0}), salts)
    assert run.result()["metrics"]["size"]["validation"] == {}
    assert load_model(run.model_file).intervals == (None,)
    assert {row["lower"] for row in predictions(run).values()} == {""}


def test_a_damaged_starting_model_fails_with_a_sentence(
    make_run: MakeRun, work: Work, salts: Rows, pretrained: RunFolder
):
    run = make_run("0001", finetune_spec(), salts, pretrained.model_file)
    run.start_model_file.write_bytes(b"not a model")
    assert work(run) == 1
    assert "is not a model file" in run.error()[0]
