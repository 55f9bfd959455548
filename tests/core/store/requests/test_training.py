import hashlib
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from core.config import build_settings
from core.errors import LabelError, SettingError, TooFewStructures, UnknownChoice
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import PropertySpec
from core.store.project import Project
from core.store.requests.training import create_pretrain_run
from core.structures.structure import Structure
from tests.core.store.requests.small_requests import PRETRAIN, finetune


def test_a_pretraining_run_holds_all_structures_of_its_collection(
    library: Project, fill: Callable[..., None]
):
    fill(library, 5, collection="others", first=20)
    run = create_pretrain_run(library, collection="all", settings=PRETRAIN, seed=42)
    assert run.path.parent == library.folder / "runs"
    assert run.status() is Status.QUEUED
    rows = list(run.structures())
    assert [row["name"] for row in rows] == [f"s{k}" for k in range(10)]
    stored = library.structure(rows[3]["id"])
    assert Structure.from_dict(rows[3]["structure"]).content_hash == stored.content_hash
    assert all(row["targets"] == {} for row in rows)


def test_a_run_records_what_is_needed_to_repeat_it(library: Project):
    run = create_pretrain_run(library, collection="all", settings=PRETRAIN, seed=42)
    spec = run.spec()
    assert (spec.kind, spec.objective, spec.collection, spec.seed) == ("pretrain", "deep_infomax", "all", 42)
    assert spec.typed_settings() == PRETRAIN
    assert spec.versions["torch"] == version("torch")
    assert spec.num_structures == 10
    assert spec.structures_sha256 == hashlib.sha256(run.structures_file.read_bytes()).hexdigest()


def test_equal_structures_have_the_same_fingerprint_and_others_another(
    library: Project, fill: Callable[..., None]
):
    def fingerprint() -> str:
        run = create_pretrain_run(library, collection="all", settings=PRETRAIN)
        return run.spec().structures_sha256

    first, second = fingerprint(), fingerprint()
    fill(library, 1, first=30)
    assert first == second != fingerprint()


def test_a_fine_tuning_run_holds_labels_and_the_structures_to_be_predicted(library: Project):
    run = finetune(library, seed=5)
    targets = [row["targets"] for row in run.structures()]
    assert targets == [{"band gap": {"value": k + 0.5, "bound": ""}} for k in range(9)] + [{}]
    spec = run.spec()
    assert spec.properties == (PropertySpec(name="band gap", unit="eV"),)
    assert (spec.objective, spec.start_from, spec.seed) == ("supervised", None, 5)


def test_the_scale_and_bounds_of_a_property_go_with_the_run(library: Project, label: Callable[..., None]):
    label(library, 9, name="conductivity", transform="log10")
    library.query("update labels set bound = '<' where structure_id = 2 returning 1")
    run = finetune(library, property_names=["conductivity"])
    assert run.spec().properties[0].transform == "log10"
    assert [row["targets"]["conductivity"]["bound"] for row in run.structures() if row["id"] == 2] == ["<"]


def test_several_properties_go_with_the_run_each_once(library: Project, label: Callable[..., None]):
    label(library, 8, name="density of states")
    names = ["density of states", "band gap", "band gap"]
    run = finetune(library, property_names=names)
    assert [prop.name for prop in run.spec().properties] == ["density of states", "band gap"]
    assert [len(row["targets"]) for row in run.structures()] == [2] * 8 + [1, 0]


def test_a_starting_model_is_copied_into_the_run_with_its_fingerprint(library: Project, model: Path):
    run = finetune(library, start_from=model)
    assert run.start_model_file.read_bytes() == b"weights"
    start = run.spec().start_from
    assert start is not None
    assert (start.name, start.sha256) == (model.name, hashlib.sha256(b"weights").hexdigest())


def test_a_run_folder_needs_nothing_outside_itself(library: Project, model: Path, tmp_path: Path):
    run = finetune(library, start_from=model)
    copy = RunFolder(tmp_path / "elsewhere" / run.name)
    shutil.copytree(run.path, copy.path)
    shutil.rmtree(library.folder)
    model.unlink()
    assert copy.spec().collection == "all"
    assert len(list(copy.structures())) == 10
    assert copy.start_model_file.read_bytes() == b"weights"
    content = "".join(path.read_text() for path in copy.path.rglob("*") if path.is_file())
    assert str(tmp_path) not in content


def test_too_few_structures_are_told_with_their_number(project: Project, fill: Callable[..., None]):
    fill(project, 3)
    with pytest.raises(TooFewStructures, match=r"at least 4 structures; 'all' has 3\. Import more"):
        create_pretrain_run(project, collection="all", settings=PRETRAIN)


def test_properties_named_as_classes_go_with_the_run_as_such(library: Project):
    settings = build_settings("finetune", changes={"objective.classes": "band gap"})
    library.db.execute("update labels set value = value > 4")
    assert [prop.kind for prop in finetune(library, settings=settings).spec().properties] == ["class"]
    assert [prop.kind for prop in finetune(library).spec().properties] == ["number"]


def test_of_more_classes_each_goes_with_the_run(library: Project):
    settings = build_settings("finetune", changes={"objective.classes": "band gap"})
    with pytest.raises(SettingError, match=r"has the value 0\.5"):
        finetune(library, settings=settings)
    library.db.execute("update labels set value = structure_id % 3")
    columns = finetune(library, settings=settings).spec().properties
    assert [(column.label_name, column.choice) for column in columns] == [
        ("band gap", name) for name in ("0", "1", "2")
    ]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"objective.property_weights": "hardness=2"}, "'hardness'"),
        ({"objective.classes": "metal"}, "'metal'"),
        ({"transfer.deeper": "new"}, "nothing is left of the starting model"),
        ({"objective.classes": "band gap", "training.blend": True}, "for numbers only"),
    ],
)
def test_settings_that_make_no_sense_together_make_no_run(
    library: Project, changes: dict[str, object], complaint: str
):
    with pytest.raises(SettingError, match=complaint):
        finetune(library, settings=build_settings("finetune", changes=changes))
    assert not list(library.runs_folder.glob("*"))


def test_a_pretraining_without_false_surroundings_makes_no_run(library: Project):
    changes = dict.fromkeys(("unrelated", "donated_geometry", "donated_species"), False)
    settings = build_settings("pretrain", changes=changes)
    with pytest.raises(SettingError, match="no false surroundings"):
        create_pretrain_run(library, collection="all", settings=settings)
    assert not list(library.runs_folder.glob("*"))


def test_a_property_that_never_changes_makes_no_run(library: Project):
    library.db.execute("update labels set value = 7")
    with pytest.raises(LabelError, match="'band gap' has the same value everywhere"):
        finetune(library)
    assert not list(library.runs_folder.glob("*"))


def test_unknown_names_are_told_with_what_there_is(library: Project):
    with pytest.raises(UnknownChoice, match="Did you mean 'all'"):
        create_pretrain_run(library, collection="al", settings=PRETRAIN)
    with pytest.raises(UnknownChoice, match="Did you mean 'band gap'"):
        finetune(library, property_names=["bandgap"])


def test_a_request_that_is_refused_leaves_no_folder(library: Project):
    library.db.table("collections").insert({"name": "empty"})
    with pytest.raises(TooFewStructures):
        create_pretrain_run(library, collection="empty", settings=PRETRAIN)
    assert not library.runs_folder.exists()
