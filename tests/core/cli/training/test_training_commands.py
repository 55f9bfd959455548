import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.console import Console
from core.cli.parser import build_parser
from core.cli.training.training_commands import show_figures
from core.config import build_settings
from core.jobs.results.attention import AttentionArchive
from core.jobs.run_folder import RunFolder, Status
from core.store.project import Project
from core.store.requests.shipped_models import Description
from core.training.model.model_file import load_model, save_model
from tests.core.shipped import ship_header

Siteloupe = Callable[..., Any]

STANDARD = ("--preset", "standard")
PRETRAIN = ("--collection", "salts", "--set", "objective.scorer_width=8")
FINETUNE = ("--collection", "salts", "--property", "size", "--set", "objective.head_width=8", *STANDARD)


@pytest.fixture
def pretrained(siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None) -> RunFolder:
    outcome = siteloupe("pretrain", project, *PRETRAIN, *small, "--json")
    assert outcome.status == 0, outcome.err
    return RunFolder(Path(outcome.json["folder"]))


def test_pretraining_gives_its_run_and_its_loss(pretrained: RunFolder, siteloupe: Siteloupe, project: Path):
    assert pretrained.name == "0001-pretrain-site_net"
    assert pretrained.status() is Status.COMPLETED
    assert siteloupe("list", project, "--json").json["runs"] == [
        {"name": "0001-pretrain-site_net", "status": "completed"}
    ]


def test_the_json_of_a_pretraining(siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None):
    outcome = siteloupe("pretrain", project, *PRETRAIN, *small, "--seed", 5, "--json").json
    assert outcome["status"] == "completed"
    assert outcome["metrics"].keys() == {"validation_loss", "num_train"}
    assert RunFolder(Path(outcome["folder"])).spec().seed == 5


def test_a_person_sees_epochs_on_stderr_and_the_loss_on_stdout(
    siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None
):
    outcome = siteloupe("pretrain", project, *PRETRAIN, *small)
    assert outcome.status == 0
    assert "best validation loss" in outcome.out
    assert "Working on the processor (1 thread)." in outcome.err
    assert outcome.err.count("Epoch ") == 3


def test_a_pretraining_that_could_not_be_validated_claims_no_validation_loss(
    siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None
):
    outcome = siteloupe("pretrain", project, *PRETRAIN, *small, "--set", "validation_fraction=0")
    assert outcome.status == 0, outcome.err
    assert outcome.out == "Run '0001-pretrain-site_net' is completed.\n"
    assert "validation" not in outcome.err


def test_finetuning_gives_model_figures_and_baselines(
    siteloupe: Siteloupe, project: Path, small: list[str], pretrained: RunFolder
):
    outcome = siteloupe("finetune", project, *FINETUNE, "--from", 1, *small, "--json")
    assert outcome.status == 0, outcome.err
    assert outcome.json["run"] == "0002-finetune-size"
    figures = outcome.json["metrics"]["size"]
    for split in ("validation", "test"):
        for key in ("mae", "mae_mean_baseline", "mae_forest_baseline"):
            assert 0 < figures[split][key] < 2
    lineage = load_model(Path(outcome.json["model"])).card.lineage
    assert lineage.started_from == "0001-pretrain-site_net"


def test_finetuning_shows_people_the_baselines(
    siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None
):
    outcome = siteloupe("finetune", project, *FINETUNE, *small, "--freeze", "sites")
    assert outcome.status == 0, outcome.err
    for words in ("mean absolute error in Å", "network", "mean", "forest on composition", "test"):
        assert words in outcome.out
    assert "(too few for 90 %)" in outcome.out
    assert "--preset recommended" in outcome.out
    run = RunFolder(project / "runs" / "0001-finetune-size")
    assert run.spec().typed_settings().transfer.freeze == "sites"
    assert load_model(run.model_file).card.lineage.started_from == "scratch"


@pytest.mark.parametrize(
    ("text", "freeze", "layers"),
    [("embedding", "embedding", 1), ("2", "layers", 2), ("encoder", "encoder", 1)],
)
def test_what_to_freeze_is_named_or_counted(text: str, freeze: str, layers: int):
    arguments = ["finetune", "P", "--collection", "C", "--property", "P", "--freeze", text]
    changes = build_parser().parse_args(arguments).freeze
    transfer = build_settings("finetune", changes=changes).transfer
    assert (transfer.freeze, transfer.frozen_layers) == (freeze, layers)


@pytest.mark.parametrize("form", ["name", "number", "model file"])
def test_a_starting_model_is_named_by_run_or_file(
    siteloupe: Siteloupe, project: Path, small: list[str], pretrained: RunFolder, form: str
):
    start = {"name": pretrained.name, "number": "0001", "model file": pretrained.model_file}[form]
    small = [*small, "--set", "training.epochs=1"]
    outcome = siteloupe("finetune", project, *FINETUNE, "--from", start, *small, "--json")
    assert load_model(Path(outcome.json["model"])).card.lineage.started_from == pretrained.name


def test_fine_tuning_starts_from_the_recommended_shipped_model_and_says_so(
    siteloupe: Siteloupe, project: Path, worker_here: None, shipped_folder: Path
):
    ship_header(shipped_folder, "other")
    path = ship_header(shipped_folder, "best", recommended=True)
    outcome = siteloupe("finetune", project, *FINETUNE, "--detach")
    assert "Starting from the shipped model 'best'. Learned from 12 salts." in outcome.out
    run = RunFolder(project / "runs" / "0001-finetune-size")
    start = run.spec().start_from
    assert start is not None
    assert start.name == "best (shipped)"
    assert run.start_model_file.read_bytes() == path.read_bytes()


def test_a_shipped_model_is_named_and_recorded_as_the_origin(
    siteloupe: Siteloupe, project: Path, small: list[str], pretrained: RunFolder, shipped_folder: Path
):
    description = Description(title="Salts", learned_from="32 salts").model_dump_json()
    model = load_model(pretrained.model_file)
    save_model(shipped_folder / "salts.safetensors", model, {"shipped": description})
    outcome = siteloupe("finetune", project, *FINETUNE, "--from", "salts", *small, "--json")
    assert outcome.status == 0, outcome.err
    assert "Taken over from 'salts (shipped)': encoder" in outcome.err
    assert "The model 'salts (shipped)' has met the formulas of" in outcome.err
    assert load_model(Path(outcome.json["model"])).card.lineage.started_from == "salts (shipped)"


def test_scratch_is_scratch_though_a_model_is_recommended(
    siteloupe: Siteloupe, project: Path, worker_here: None, shipped_folder: Path
):
    ship_header(shipped_folder, "best", recommended=True)
    quick = ("--set", "epochs=1", "--set", "threads=1", "--set", "supercell_sites=8")
    for options in (("--from", "scratch", "--set", "epochs=1"), quick):
        outcome = siteloupe("finetune", project, *FINETUNE, *options, "--json")
        assert outcome.status == 0, outcome.err
        assert RunFolder(Path(outcome.json["folder"])).spec().start_from is None


def test_settings_of_the_command_line_reach_the_job(
    siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None
):
    options = ("--set", "epochs=1", "--set", "learning_rate=0.002", "--device", "cpu")
    outcome = siteloupe("pretrain", project, *PRETRAIN, *small, *options, "--json").json
    settings = RunFolder(Path(outcome["folder"])).spec().typed_settings()
    assert (settings.training.epochs, settings.training.learning_rate) == (1, 0.002)
    assert (settings.compute.device, settings.encoder.hidden_width) == ("cpu", 8)


def test_words_of_a_column_of_metadata_are_learned_as_classes(
    siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None, tmp_path: Path
):
    with Project.open(project) as opened:
        names = [row.name for row in opened.structure_rows()]
    lines = [f"{name},{('soft', 'hard', 'brittle')[k % 3]}" for k, name in enumerate(names)]
    (tmp_path / "kinds.csv").write_text("\n".join(["id,kind", *lines]))
    imported = siteloupe("import", project, "--labels", tmp_path / "kinds.csv", "--metadata", "kind")
    assert imported.status == 0, imported.err
    share = ("--set", "training.validation_fraction=0.4")
    run = ("finetune", project, "--collection", "salts", "--property", "kind", "--from", "scratch")
    outcome = siteloupe(*run, *small, *share)
    assert outcome.status == 0, outcome.err
    assert "kind: share told correctly" in outcome.out
    assert "90 % sets of classes (classes.csv)" in outcome.out


def test_an_ensemble_is_asked_for_and_its_intervals_are_told(
    siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None
):
    outcome = siteloupe("finetune", project, *FINETUNE, *small, "--from", "scratch", "--ensemble", 2)
    assert outcome.status == 0, outcome.err
    assert "(too few for 90 %)" in outcome.out
    assert "Training network 2 of 2." in outcome.err
    assert siteloupe("finetune", project, *FINETUNE, "--ensemble", "many").status == 1


def test_a_blend_is_trained_told_and_predicts_files(
    siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None, salt_files: Path, tmp_path: Path
):
    outcome = siteloupe("finetune", project, *FINETUNE, *small, "--from", "scratch", "--blend")
    assert outcome.status == 0, outcome.err
    assert "Training network 3 of 3." in outcome.err
    assert "from 26 held-out values" in outcome.out
    assert "of the networks and" in outcome.out
    run, table = project / "runs" / "0001-finetune-size", tmp_path / "predicted.csv"
    outcome = siteloupe(
        "predict", run, salt_files / "salts", "--out", table, "--rank", "uncertainty", "--json"
    )
    assert outcome.status == 0, outcome.err
    with open(table, newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 32
    spread = [float(line["size_spread"]) for line in lines]
    assert spread == sorted(spread, reverse=True)
    for line in lines:
        assert float(line["size_lower"]) < float(line["size"]) < float(line["size_upper"])


def test_a_detached_run_is_left_to_itself(
    siteloupe: Siteloupe, project: Path, small: list[str], wait_until: Callable
):
    outcome = siteloupe("pretrain", project, *PRETRAIN, *small, "--detach", "--json")
    assert outcome.status == 0
    assert outcome.json == {"run": "0001-pretrain-site_net", "status": "running"}
    with Project.open(project) as opened:
        run = opened.run_folder("1")
    wait_until(lambda: run.status() is not Status.RUNNING)
    assert run.status() is Status.COMPLETED
    names = [row["status"] for row in siteloupe("runs", project, "--json").json["runs"]]
    assert names == ["completed"]


def test_a_failed_run_is_one_line_and_its_cause(
    siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None
):
    small = [*small, "--set", "encoder.site_limit=1"]
    outcome = siteloupe("pretrain", project, *PRETRAIN, *small, "--json")
    assert outcome.status == 1
    assert outcome.out == ""
    last = outcome.err.splitlines()[-1]
    assert last.startswith("siteloupe: None of the 32 structures can be used: The primitive cell has 2 sites")
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("pretrain", "{}", *PRETRAIN, "--encoder", "sitenet"), "'sitenet'. Did you mean 'site_net'?"),
        (("pretrain", "{}", *PRETRAIN, "--objective", "infomax"), "Did you mean 'deep_infomax'?"),
        (("pretrain", "{}", *PRETRAIN, "--preset", "standart"), "Did you mean 'standard'?"),
        (("pretrain", "{}", "--collection", "salt"), "Unknown collection 'salt'. Did you mean 'salts'?"),
        (("pretrain", "{}", *PRETRAIN, "--set", "training.epoch=3"), "Did you mean 'training.epochs'?"),
        (
            ("finetune", "{}", *FINETUNE, "--set", "group_by=random walk"),
            "Unknown column to group by 'random walk'. Did you mean 'random'?",
        ),
        (("pretrain", "{}", *PRETRAIN, "--set", "epochs=0"), "'Epochs' (training.epochs) cannot be '0'"),
        (("pretrain", "{}", *PRETRAIN, "--set", "epochs=many"), "(training.epochs) cannot be 'many'"),
        (("pretrain", "{}", *PRETRAIN, "--set", "epochs"), "Write it as KEY=VALUE."),
        (("finetune", "{}", *FINETUNE, "--property", "gap"), "Unknown property or column of metadata 'gap'."),
        (("finetune", "{}", *FINETUNE, "--from", "7"), "The project has no run '7'. Runs: none yet."),
        (("finetune", "{}", *FINETUNE, "--from", "{}/labels.txt"), "The project has no run"),
        (("finetune", "{}", *FINETUNE, "--encoder", "cgcn"), "Unknown encoder 'cgcn'."),
    ],
)  # fmt: skip
def test_a_wrong_choice_is_one_line_with_a_way_on(
    siteloupe: Siteloupe, project: Path, arguments: tuple[str, ...], sentence: str
):
    outcome = siteloupe(*(argument.replace("{}", str(project)) for argument in arguments))
    assert outcome.status == 1
    assert sentence in outcome.err
    assert outcome.err.startswith("siteloupe: ")
    assert outcome.err.count("\n") == 1
    assert not list(project.glob("runs/*"))


def test_a_starting_model_that_is_none_fails_in_words(
    siteloupe: Siteloupe, project: Path, small: list[str], worker_here: None, tmp_path: Path
):
    (tmp_path / "notes.txt").write_text("no model")
    outcome = siteloupe("finetune", project, *FINETUNE, "--from", tmp_path / "notes.txt", *small)
    assert outcome.status == 1
    assert "is not a model file" in outcome.err.splitlines()[-1]


@pytest.mark.parametrize("seed", ["-1", "4294967296", "1.5", "x"])
def test_a_seed_that_generators_do_not_take_is_wrong_usage(siteloupe: Siteloupe, project: Path, seed: str):
    outcome = siteloupe("pretrain", project, *PRETRAIN, f"--seed={seed}")
    assert outcome.status == 2
    assert "a seed is a whole number" in outcome.err


def test_figures_that_are_missing_are_dashes(capsys: pytest.CaptureFixture[str]):
    test = {"mae": 0.123456, "mae_mean_baseline": 1.5, "num_labels": 4}
    figures = {"unit": "", "num_train": 9, "validation": {}, "test": test}
    show_figures(Console(as_json=False), "gap", figures)
    text = capsys.readouterr().out
    assert "gap: mean absolute error, 9 structures to learn from" in text
    row = next(line for line in text.splitlines() if "test" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == ["test", "4", "0.1235", "1.5", "-"]
    assert json.dumps(figures)


def test_both_figures_are_shown_where_some_values_are_bounds(capsys: pytest.CaptureFixture[str]):
    fair = {"mae": 0.5, "mae_mean_baseline": 1.5, "mae_forest_baseline": 1.0}
    measured = {"mae_measured": 0.4, "mae_measured_mean_baseline": 1.25, "mae_measured_forest_baseline": 0.75}
    test = {**fair, **measured, "num_labels": 9, "num_bounds": 2}
    show_figures(
        Console(as_json=False),
        "conductivity",
        {"unit": "", "num_train": 9, "validation": {**fair, "num_labels": 3, "num_bounds": 0}, "test": test},
    )
    lines = [line.strip("│ ").split("│") for line in capsys.readouterr().out.splitlines() if "│" in line]
    cells = [[cell.strip() for cell in line] for line in lines]
    assert cells[-3:] == [
        ["validation", "3", "0.5", "1.5", "1"],
        ["test", "9", "0.5", "1.5", "1"],
        ["test, without bounds", "7", "0.4", "1.25", "0.75"],
    ]


@pytest.fixture
def small_cgcnn() -> list[str]:
    changes = ("convolutions=1", "encoder.site_width=8", "encoder.crystal_width=4", "epochs=2", "threads=1")
    return [word for change in changes for word in ("--set", change)]


@pytest.mark.parametrize("messages", ["gated", "attention", "literal_attention"])
def test_crystal_graph_convolutions_are_pretrained_and_fine_tuned(
    siteloupe: Siteloupe, project: Path, small_cgcnn: list[str], worker_here: None, messages: str
):
    options = ("--encoder", "cgcnn", *small_cgcnn, "--set", f"messages={messages}", "--json")
    pretrained = siteloupe("pretrain", project, *PRETRAIN, *options)
    assert pretrained.status == 0, pretrained.err
    finetuned = siteloupe("finetune", project, *FINETUNE, "--from", "0001-pretrain-cgcnn", *options)
    assert finetuned.status == 0, finetuned.err
    run = RunFolder(Path(finetuned.json["folder"]))
    card = load_model(run.model_file).card
    assert (run.spec().encoder, card.encoder, card.lineage.loaded) == ("cgcnn", "cgcnn", ("encoder",))
    assert card.encoder_settings["messages"] == messages
    assert run.predictions_file.exists()
    assert run.attention_file.exists()


def test_site_net_with_several_heads_is_trained_from_scratch_as_published_and_its_heads_are_kept(
    siteloupe: Siteloupe, project: Path, worker_here: None
):
    """The preset's supercells and batches would take long; its network is of full width."""
    small = (
        "supercell_sites=8",
        "epochs=1",
        "pairs_per_batch=200",
        "threads=1",
        "objective.output=non_negative",
    )
    changes = [word for change in small for word in ("--set", change)]
    options = ("--encoder", "site_net_multihead", "--preset", "published", *changes, "--json")
    finetuned = siteloupe("finetune", project, *FINETUNE[:4], *options)
    assert finetuned.status == 0, finetuned.err
    run = RunFolder(Path(finetuned.json["folder"]))
    card = load_model(run.model_file).card
    assert (card.encoder, card.head_width, card.output) == ("site_net_multihead", 0, "non_negative")
    assert card.encoder_settings["element_values"] == "raw"
    heads = tuple(f"block {block}, head {head}" for block in (1, 2) for head in (1, 2, 3))
    assert AttentionArchive(run.attention_file).heads == heads


def test_site_net_with_several_heads_is_pretrained(siteloupe: Siteloupe, project: Path, worker_here: None):
    small = ("blocks=1", "heads=2", "head_width=4", "attention_width=8", "encoder.site_width=8", "epochs=1")
    changes = [word for change in (*small, "threads=1") for word in ("--set", change)]
    outcome = siteloupe("pretrain", project, *PRETRAIN, "--encoder", "site_net_multihead", *changes, "--json")
    assert outcome.status == 0, outcome.err
    assert RunFolder(Path(outcome.json["folder"])).embeddings_file.exists()


def test_the_settings_of_the_other_encoder_stand_in_the_help(siteloupe: Siteloupe):
    assert "encoder.neighbour_choice=shells" in siteloupe("pretrain", "--help").out
