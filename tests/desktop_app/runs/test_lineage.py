from pathlib import Path

from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec, PropertySpec, StartingModel
from desktop_app.runs.lineage import lineage_of, lineage_words
from desktop_app.runs.run_poller import RunView


def run(name: str, kind: str, start_from: str = "") -> RunView:
    model = StartingModel(name=start_from, sha256="") if start_from else None
    properties = (PropertySpec(name="Gap"),) if kind == "finetune" else ()
    spec = JobSpec(kind=kind, collection="Salts", start_from=model, properties=properties, versions={})
    return RunView(RunFolder(Path("runs") / name), spec, Status.COMPLETED)


RUNS = {
    view.name: view
    for view in (
        run("0001-pretrain", "pretrain", "large (shipped)"),
        run("0002-finetune", "finetune", "0001-pretrain"),
        run("0003-predict", "predict", "0002-finetune"),
        run("0004-finetune", "finetune"),
    )
}


def test_a_model_goes_back_to_where_it_was_started_from():
    names = ["0002-finetune", "0001-pretrain", "large (shipped)"]
    assert lineage_of(RUNS["0003-predict"], RUNS) == names
    assert lineage_of(RUNS["0004-finetune"], RUNS) == []


def test_the_lineage_is_a_sentence():
    words = lineage_words(RUNS["0002-finetune"], RUNS)
    assert words == (
        "Fine-tuned for Gap on 'Salts', from 0001-pretrain, which is from large (shipped): "
        "all layers trained on, output layers started afresh."
    )
    assert lineage_words(RUNS["0004-finetune"], RUNS) == "Fine-tuned for Gap on 'Salts', from scratch."


def test_a_run_that_claims_to_come_from_itself_is_followed_once():
    own = {"0001": run("0001", "finetune", "0001")}
    assert lineage_of(own["0001"], own) == []


def test_a_run_that_cannot_be_read_has_no_lineage():
    broken = RunView(RunFolder(Path("runs/0009")), None, Status.FAILED)
    assert lineage_words(broken, {}) == ""


def test_the_lineage_says_which_layers_stayed_and_which_are_new():
    spec = RUNS["0002-finetune"].spec
    settings = {"transfer": {"freeze": "embedding", "deeper": "new"}}
    fixed = RunView(
        RunFolder(Path("runs/0005")), spec.model_copy(update={"settings": settings}), Status.COMPLETED
    )
    assert lineage_words(fixed, RUNS).endswith(": the embedding kept fixed, all others started afresh.")


def test_settings_of_another_version_say_nothing_of_layers():
    spec = RUNS["0002-finetune"].spec
    other = spec.model_copy(update={"settings": {"transfer": {"freeze": "half"}}})
    words = lineage_words(RunView(RunFolder(Path("runs/0006")), other, Status.COMPLETED), RUNS)
    assert words.endswith("which is from large (shipped).")
