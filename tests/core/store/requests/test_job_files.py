import errno
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.config import FinetuneSettings, PredictSettings, PretrainSettings, build_settings
from core.errors import DiskFull, ModelError, ProjectError, SettingError, TooFewStructures, UnknownChoice
from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import PropertySpec
from core.store.editing.structures import delete_structures
from core.store.project import Project
from core.store.requests.job_files import create_finetune_run, create_predict_run, create_pretrain_run
from core.structures.structure import Structure

PRETRAIN = PretrainSettings()
FINETUNE = FinetuneSettings()


@pytest.fixture
def library(project: Project, fill: Callable[..., None], label: Callable[..., None]) -> Project:
    """A project with ten structures, nine of them labelled."""
    fill(project, 10)
    label(project, 9)
    return project


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """What passes for a model file here."""
    path = tmp_path / "my model.safetensors"
    path.write_bytes(b"weights")
    return path


def finetune(project: Project, **changes: object) -> RunFolder:
    request = {"collection": "all", "property_names": ["band gap"], "settings": FINETUNE}
    return create_finetune_run(project, **{**request, **changes})


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


@pytest.mark.parametrize("form", ["run", "folder", "file"])
def test_a_starting_model_from_a_run_is_named_after_the_run(library: Project, form: str):
    first = create_pretrain_run(library, collection="all", settings=PRETRAIN)
    first.model_file.write_bytes(b"weights")
    source = {"run": first, "folder": first.path, "file": first.model_file}[form]
    start = finetune(library, start_from=source).spec().start_from
    assert start is not None
    assert start.name == first.name


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


def test_a_prediction_run_holds_the_model_and_the_structures(library: Project, model: Path):
    run = create_predict_run(library, collection="all", model=model, settings=PredictSettings())
    assert run.spec().kind == "predict"
    assert run.start_model_file.read_bytes() == b"weights"
    assert len(list(run.structures())) == 10


def test_unit_and_scale_of_what_is_predicted_go_with_the_run(library: Project, tmp_path: Path):
    prop = {"name": "conductivity", "unit": "S/cm", "transform": "log10"}
    path = tmp_path / "another.safetensors"
    save_file({"a": np.zeros(1, np.float32)}, path, {"siteloupe": json.dumps({"properties": [prop]})})
    run = create_predict_run(library, collection="all", model=path, settings=PredictSettings())
    assert run.spec().properties == (PropertySpec(**prop),)


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
    ],
)
def test_settings_that_make_no_sense_together_make_no_run(
    library: Project, changes: dict[str, str], complaint: str
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


def test_too_few_labels_are_told_with_their_number(
    library: Project, label: Callable[..., None], fill: Callable[..., None]
):
    label(library, 7, name="hardness")
    with pytest.raises(TooFewStructures, match=r"'hardness' needs at least 8 .*'all' has 7"):
        finetune(library, property_names=["band gap", "hardness"])
    fill(library, 20, collection="unlabelled", first=50)
    with pytest.raises(TooFewStructures, match="'unlabelled' has 0"):
        finetune(library, collection="unlabelled")


def test_an_empty_collection_cannot_be_predicted(library: Project, model: Path):
    library.db.table("collections").insert({"name": "empty"})
    with pytest.raises(TooFewStructures, match="'empty' is empty"):
        create_predict_run(library, collection="empty", model=model, settings=PredictSettings())


def test_no_property_is_told_as_such(library: Project):
    with pytest.raises(SettingError, match="No property"):
        finetune(library, property_names=[])


def test_unknown_names_are_told_with_what_there_is(library: Project):
    with pytest.raises(UnknownChoice, match="Did you mean 'all'"):
        create_pretrain_run(library, collection="al", settings=PRETRAIN)
    with pytest.raises(UnknownChoice, match="Did you mean 'band gap'"):
        finetune(library, property_names=["bandgap"])


def test_a_model_that_is_not_there_is_told_as_such(library: Project, tmp_path: Path):
    unfinished = create_pretrain_run(library, collection="all", settings=PRETRAIN)
    for source in (tmp_path / "absent.safetensors", unfinished, unfinished.path):
        with pytest.raises(ModelError, match="There is no model at"):
            finetune(library, start_from=source)


def test_a_request_that_is_refused_leaves_no_folder(library: Project):
    library.db.table("collections").insert({"name": "empty"})
    with pytest.raises(TooFewStructures):
        create_pretrain_run(library, collection="empty", settings=PRETRAIN)
    assert not library.runs_folder.exists()


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull, "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), ProjectError, "Permission denied"),
    ],
)
def test_a_run_that_cannot_be_written_is_told_and_taken_away(
    library: Project, monkeypatch: pytest.MonkeyPatch, error: OSError, kind: type[Exception], words: str
):
    def fail(source: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise error

    first = create_pretrain_run(library, collection="all", settings=PRETRAIN)
    first.model_file.write_bytes(b"weights")
    monkeypatch.setattr(shutil, "copyfile", fail)
    with pytest.raises(kind, match=words):
        finetune(library, start_from=first)
    assert list(library.runs_folder.iterdir()) == [first.path]


def test_no_run_can_be_made_in_a_folder_that_is_read_only(
    library: Project, make_read_only: Callable[[Path], None]
):
    library.runs_folder.mkdir()
    make_read_only(library.runs_folder)
    with pytest.raises(ProjectError, match=r"No run can be made in .*runs'"):
        create_pretrain_run(library, collection="all", settings=PRETRAIN)


def test_runs_are_numbered_in_the_order_of_their_making(library: Project):
    runs = [create_pretrain_run(library, collection="all", settings=PRETRAIN) for _ in range(3)]
    assert [run.name for run in runs] == [f"000{k}-pretrain-site_net" for k in (1, 2, 3)]
    assert [run.name for run in library.runs()] == [run.name for run in runs]


def test_numbers_go_on_beyond_four_digits(library: Project):
    (library.runs_folder / "10041-pretrain-site_net").mkdir(parents=True)
    assert create_pretrain_run(library, collection="all", settings=PRETRAIN).number == 10042


def test_the_number_of_a_deleted_run_is_not_given_again(
    library: Project, finish_run: Callable[..., RunFolder]
):
    from core.store.runs.ingest import ingest_run

    old = finish_run(library.runs_folder, name="0005-finetune-band_gap")
    ingest_run(library, old)
    shutil.rmtree(old.path)
    assert finetune(library).name == "0006-finetune-band_gap"


def test_two_programs_never_give_the_same_number(library: Project):
    script = (
        "import sys; from pathlib import Path\n"
        "from core.config import FinetuneSettings, PretrainSettings\n"
        "from core.store.requests import job_files; from core.store.project import Project\n"
        "project = Project.open(Path(sys.argv[1]))\n"
        "for _ in range(10):\n"
        "    if sys.argv[2] == 'pretrain':\n"
        "        job_files.create_pretrain_run(project, collection='all', settings=PretrainSettings())\n"
        "    else:\n"
        "        job_files.create_finetune_run(project, collection='all', property_names=['band gap'],\n"
        "                                      settings=FinetuneSettings())"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", script, library.folder, kind], stderr=subprocess.PIPE)
        for kind in ("pretrain", "finetune")
    ]
    assert [(one.communicate()[1], one.returncode) for one in programs] == [(b"", 0)] * 2
    assert [run.number for run in library.runs()] == list(range(1, 21))


def test_a_hostile_property_name_stays_inside_the_runs_folder(
    library: Project, label: Callable[..., None], hostile: str
):
    label(library, 9, name=hostile)
    run = finetune(library, property_names=[hostile], title=hostile)
    assert run.path.parent == library.runs_folder
    assert re.fullmatch("0001-finetune[A-Za-z0-9_-]*", run.name)
    assert len(run.name) <= 45
    spec = run.spec()
    assert (spec.properties[0].name, spec.title) == (hostile, hostile)
    assert [*next(iter(run.structures()))["targets"]] == [hostile]


def test_rows_are_written_one_by_one_as_json_lines(library: Project):
    run = create_pretrain_run(library, collection="all", settings=PRETRAIN)
    lines = run.structures_file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 10
    assert json.loads(lines[0]).keys() == {"id", "name", "formula", "content_hash", "targets", "structure"}


def test_deleted_structures_stay_out_of_runs(project: Project, fill: Callable[..., None]):
    fill(project, 6)
    delete_structures(project, [2, 3])
    run = create_pretrain_run(project, collection="all", settings=PRETRAIN)
    assert [row["id"] for row in run.structures()] == [1, 4, 5, 6]
    delete_structures(project, [1])
    with pytest.raises(TooFewStructures, match="'all' has 3"):
        create_pretrain_run(project, collection="all", settings=PRETRAIN)


def test_errors_and_metadata_come_along_where_they_are_known(
    project: Project, fill: Callable[..., None], label: Callable[..., None]
):
    fill(project, 9)
    label(project, 8)
    project.db.execute("update labels set error = 0.1 where structure_id = 2")
    project.db.execute("insert into metadata (structure_id, name, value) values (2, 'family', 'garnet')")
    settings = FinetuneSettings()
    run = create_finetune_run(project, collection="all", property_names=["band gap"], settings=settings)
    first, second, *_ = run.structures()
    assert first["targets"] == {"band gap": {"value": 0.5, "bound": ""}}
    assert "metadata" not in first
    assert second["targets"] == {"band gap": {"value": 1.5, "bound": "", "error": 0.1}}
    assert second["metadata"] == {"family": "garnet"}


@pytest.mark.parametrize("group_by", ["formula", "random", "Family"])
def test_runs_may_keep_together_what_has_the_same_metadata(
    project: Project, fill: Callable[..., None], label: Callable[..., None], group_by: str
):
    fill(project, 9)
    label(project, 8)
    project.db.execute("insert into metadata (structure_id, name, value) values (2, 'Family', 'garnet')")
    settings = build_settings("finetune", changes={"training.group_by": group_by})
    run = create_finetune_run(project, collection="all", property_names=["band gap"], settings=settings)
    assert run.spec().typed_settings().training.group_by == group_by


def test_a_column_to_group_by_that_no_labelled_structure_has_is_refused(
    project: Project, fill: Callable[..., None], label: Callable[..., None]
):
    fill(project, 9)
    label(project, 8)
    project.db.execute("insert into metadata (structure_id, name, value) values (2, 'Family', 'garnet')")
    project.db.execute("insert into metadata (structure_id, name, value) values (9, 'source', 'here')")
    settings = build_settings("finetune", changes={"training.group_by": "familie"})
    with pytest.raises(UnknownChoice) as refused:
        create_finetune_run(project, collection="all", property_names=["band gap"], settings=settings)
    assert str(refused.value) == (
        "Unknown column to group by 'familie'. Did you mean 'Family'? Available: Family, formula, random."
    )
    assert project.runs() == []
