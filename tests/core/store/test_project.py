import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import CoreError, ProjectError, RunError, UnknownChoice
from core.jobs.run_folder import RunFolder
from core.store.database import DATABASE_NAME
from core.store.importing.files import add_structures
from core.store.project import Project
from core.store.rows import CollectionRow, PropertyRow
from core.structures.readers.read import Flag, ReadStructure


def test_a_new_project_is_empty(project: Project):
    assert project.collections() == []
    assert project.structure_rows() == []
    assert project.properties() == []
    assert project.rejections() == []
    assert project.runs() == []


def test_a_project_is_made_with_the_folders_above_it(tmp_path: Path):
    with Project.create(tmp_path / "a" / "b" / "c") as project:
        assert (project.folder / DATABASE_NAME).is_file()


def test_a_project_can_be_made_in_an_empty_folder(tmp_path: Path):
    with Project.create(tmp_path) as project:
        assert project.folder == tmp_path


def test_a_folder_with_something_in_it_is_not_made_a_project(tmp_path: Path):
    (tmp_path / "thesis.doc").touch()
    with pytest.raises(ProjectError, match="is not empty"):
        Project.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_project_is_not_made_twice(project: Project):
    with pytest.raises(ProjectError, match="already is a project"):
        Project.create(project.folder)


@pytest.mark.parametrize("place", ["file", "file/below", "x" * 300])
def test_a_folder_that_cannot_be_made_is_told_as_such(tmp_path: Path, place: str):
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError, match="cannot be made"):
        Project.create(tmp_path / place)


def test_a_project_is_not_made_where_nothing_can_be_written(
    tmp_path: Path, make_read_only: Callable[[Path], None]
):
    make_read_only(tmp_path)
    with pytest.raises(ProjectError, match="cannot be made"):
        Project.create(tmp_path / "project")


@pytest.mark.parametrize("place", ["", "absent", "file", "x" * 300])
def test_what_is_not_a_project_is_not_opened(tmp_path: Path, place: str):
    (tmp_path / "file").touch()
    with pytest.raises(ProjectError):
        Project.open(tmp_path / place)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_project_is_opened_by_its_folder_or_its_database(project: Project, fill: Callable[..., None]):
    fill(project, 2)
    for path in (project.folder, project.folder / DATABASE_NAME):
        with Project.open(path) as again:
            assert again.folder == project.folder
            assert len(again.structure_rows()) == 2


def test_a_project_can_be_moved(project: Project, fill: Callable[..., None], tmp_path: Path):
    fill(project, 2)
    project.close()
    project.folder.rename(tmp_path / "moved")
    with Project.open(tmp_path / "moved") as again:
        assert len(again.structure_rows()) == 2


@pytest.mark.parametrize("name", ["runs", "cache"])
def test_a_project_with_a_part_elsewhere_is_refused(project: Project, tmp_path: Path, name: str):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project.folder / name).symlink_to(elsewhere)
    with pytest.raises(ProjectError, match=f"'{name}' of the project .* is a link that leads out"):
        Project.open(project.folder)


def test_a_link_to_a_folder_is_no_run_of_the_project(runs: Project, tmp_path: Path):
    known = [run.name for run in runs.runs()]
    shutil.copytree(runs.runs()[0].path, tmp_path / "elsewhere")
    (runs.runs_folder / "9999-elsewhere").symlink_to(tmp_path / "elsewhere")
    assert [run.name for run in runs.runs()] == known


@pytest.mark.parametrize("source", [zlib.compress(bytes(100_001)), b"no such thing", "text"], ids=range(3))
def test_a_kept_file_that_is_damaged_or_a_bomb_is_refused(
    project: Project, fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch, source: object
):
    monkeypatch.setattr("core.store.project.LARGEST_SOURCE", 100_000)
    fill(project, 1)
    with project.transaction():
        project.db.execute("update sources set source = ?", [source])
    with pytest.raises(ProjectError, match="kept in the project"):
        project.source(1)


def test_collections_are_listed_by_name_with_their_size(project: Project, fill: Callable[..., None]):
    fill(project, 3, collection="spinels")
    fill(project, 2, collection="garnets")
    assert project.collections() == [CollectionRow("garnets", 2), CollectionRow("spinels", 3)]


def test_structures_come_in_the_order_of_import(project: Project, fill: Callable[..., None]):
    fill(project, 3, collection="spinels", first=5)
    fill(project, 2, collection="garnets")
    assert [row.name for row in project.structure_rows()] == ["s5", "s6", "s7", "s0", "s1"]
    assert [row.name for row in project.structure_rows("garnets")] == ["s0", "s1"]


def test_columns_come_in_the_order_of_the_select(project: Project, fill: Callable[..., None]):
    fill(project, 3)
    backwards = "select id, name, space_group as gap from structures where id > ? order by id desc"
    assert project.columns(["gap", "name", "id"], backwards, [1]) == [[None, None], ["s2", "s1"], [3, 2]]
    assert project.columns(["id"], "select id from structures where 0") == [[]]


def test_only_structures_that_are_wanted_are_read_of_a_collection(
    project: Project, fill: Callable[..., None]
):
    fill(project, 4, collection="spinels")
    fill(project, 1, collection="garnets", first=4)
    wanted = project.stored_structures("spinels", only={4, 2, 5})
    assert [row["name"] for row in wanted] == ["s1", "s3"]
    assert list(project.stored_structures("spinels", only=[])) == []


def test_a_row_tells_what_its_structure_is(project: Project, read_structure: Callable[..., ReadStructure]):
    flags = (Flag("bad_density", "Too light."), Flag("no_hydrogens", "No hydrogen."))
    read = read_structure("half", edge=5.0, occupancy=0.5, flags=flags)
    add_structures(project, "all", [read])
    (row,) = project.structure_rows()
    assert (row.name, row.path, row.num_sites, row.is_ordered) == ("half", "/cifs/half.cif", 1, False)
    assert row.flags == ("Too light.", "No hydrogen.")
    assert row.volume == pytest.approx(125.0)
    assert row.formula == read.structure.formula


def test_a_structure_comes_back_as_it_was(project: Project, read_structure: Callable[..., ReadStructure]):
    read = read_structure("a", edge=3.3591, occupancy=0.7)
    add_structures(project, "all", [read])
    (row,) = project.structure_rows()
    assert project.structure(row.id).to_dict() == read.structure.to_dict()
    assert project.source(row.id) == read.source


def test_an_unknown_structure_is_an_error(project: Project):
    with pytest.raises(ProjectError, match="no structure number 7"):
        project.structure(7)
    assert project.source(7) == b""


def test_an_unknown_collection_is_told_with_the_nearest(project: Project, fill: Callable[..., None]):
    fill(project, 1, collection="perovskites")
    for ask in (project.collection_id, project.structure_rows):
        with pytest.raises(UnknownChoice, match="Did you mean 'perovskites'"):
            ask("perowskites")


def test_properties_are_listed_with_the_number_of_their_values(
    project: Project, fill: Callable[..., None], label: Callable[..., None]
):
    fill(project, 3)
    label(project, 2, name="hardness")
    label(project, 0, name="colour")
    assert project.properties() == [
        PropertyRow("colour", "eV", "none", 0),
        PropertyRow("hardness", "eV", "none", 2),
    ]
    assert project.labels("colour") == {}


def test_an_unknown_property_is_told_with_the_nearest(
    project: Project, fill: Callable[..., None], label: Callable[..., None]
):
    fill(project, 1)
    label(project, 1, name="hardness")
    for ask in (project.property_row, project.labels):
        with pytest.raises(UnknownChoice, match="Did you mean 'hardness'"):
            ask("hardnes")


@pytest.fixture
def runs(project: Project, finish_run: Callable[..., RunFolder]) -> Project:
    """A project with runs and with folders that are none."""
    for name in ("10001-late", "0002-predict", "0010-finetune-gap", "0001-pretrain", "my copy"):
        finish_run(project.runs_folder, name=name)
    (project.runs_folder / "0003-unfinished").mkdir()
    (project.runs_folder / "notes.txt").touch()
    return project


def test_runs_are_listed_by_number_the_newest_last(runs: Project):
    assert [run.name for run in runs.runs()] == [
        *("my copy", "0001-pretrain", "0002-predict", "0010-finetune-gap", "10001-late")
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        *(("0010-finetune-gap", "0010-finetune-gap"), ("10", "0010-finetune-gap")),
        *(("0010", "0010-finetune-gap"), ("10001", "10001-late"), ("my copy", "my copy")),
    ],
)
def test_a_run_is_found_by_name_or_number(runs: Project, asked: str, found: str):
    assert runs.run_folder(asked).name == found


@pytest.mark.parametrize(
    "asked", ["3", "4", "", "²", "0003-unfinished", "../runs/0001-pretrain", "notes.txt"]
)
def test_an_unknown_run_is_told_with_those_there_are(runs: Project, asked: str):
    with pytest.raises(RunError, match=r"has no run .*Runs: .*0010-finetune-gap"):
        runs.run_folder(asked)


def test_what_a_transaction_has_written_is_seen_by_others_only_at_its_end(project: Project):
    with Project.open(project.folder) as other:
        with project.transaction():
            project.db.table("collections").insert({"name": "new"})
            assert other.collections() == []
        assert other.collections() == [CollectionRow("new", 0)]


def test_a_database_that_is_damaged_while_it_is_open_is_a_sentence(
    project: Project, fill: Callable[..., None]
):
    fill(project, 1)
    project.query("pragma wal_checkpoint(truncate)")
    path = project.folder / DATABASE_NAME
    with Project.open(project.folder) as other:
        content = path.read_bytes()
        path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
        with pytest.raises(ProjectError, match="is damaged"):
            other.structure_rows()


def loaded_by(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(finished.stdout.split())


def test_looking_at_a_project_loads_neither_torch_nor_pymatgen(project: Project, fill: Callable[..., None]):
    # Either takes seconds, and the window looks at a project as soon as it starts.
    fill(project, 1)
    look = (
        "from pathlib import Path; from core.store.project import Project\n"
        "import core.store.importing.files, core.store.runs.ingest\n"
        "import core.store.requests.training, core.store.editing.labelling\n"
        f"project = Project.open(Path({str(project.folder)!r}))\n"
        "project.structure_rows(); project.runs(); project.structure(1)"
    )
    assert {"torch", "pymatgen", "spglib", "sklearn"} & loaded_by(look) == set()


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "null", "[]"], ids=range(4))
def test_a_stored_structure_that_is_damaged_is_told(project: Project, fill: Callable[..., None], text: str):
    fill(project, 1)
    with project.transaction():
        project.db.execute("update contents set content = ?", [text])
    with pytest.raises(CoreError, match="damaged"):
        project.structure(1)
