from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import ProjectError
from core.store.editing.edits import MOST_EDITS, edits, redo, undo
from core.store.editing.structures import add_tag
from core.store.importing import files as importing
from core.store.importing.disorder_change import Rule, change_disorder
from core.store.importing.files import add_structures, import_files
from core.store.library.space_groups import compute_space_groups
from core.store.project import Project
from core.structures.readers.read import ReadStructure
from core.structures.structure import Structure

WriteCifs = Callable[..., list[Path]]
TABLES = ("collections", "members", "structures", "contents", "flags", "elements", "metadata", "rejections")


@pytest.fixture
def cifs(tmp_path: Path, write_cifs: WriteCifs) -> Path:
    """A folder with three crystals and a file that is none."""
    write_cifs(tmp_path / "cifs", 3)
    (tmp_path / "cifs" / "broken.cif").write_text("data_x\n_cell_length_a 1\n")
    return tmp_path / "cifs"


def everything(project: Project) -> dict[str, list[str]]:
    return {table: sorted(map(str, project.query(f"select * from {table}"))) for table in TABLES}


def shown(project: Project) -> tuple[list[str], list[str], int]:
    names = [row.name for row in project.structure_rows()]
    return [row.name for row in project.collections()], names, len(project.rejections())


def test_an_import_is_undone_and_redone_with_its_collection_and_report(project: Project, cifs: Path):
    import_files(project, [cifs], "salts")
    whole = shown(project)
    assert whole == (["salts"], ["s0", "s1", "s2"], 1)
    assert [edit.text for edit in edits(project)] == ["Import into 'salts'"]
    undo(project)
    assert shown(project) == ([], [], 0)
    redo(project)
    assert shown(project) == whole


def test_undoing_an_import_leaves_what_was_there_before(
    project: Project, cifs: Path, tmp_path: Path, write_cifs: WriteCifs
):
    import_files(project, [cifs], "salts")
    before = shown(project)
    write_cifs(tmp_path / "more", 2)
    import_files(project, [tmp_path / "more"], "salts")
    assert len(project.structure_rows("salts")) == 5
    undo(project)
    assert shown(project) == before


def test_undoing_gives_replaced_structures_their_former_content_back(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    import_files(project, [cifs], "salts")
    compute_space_groups(project)
    before, source = everything(project), project.source(1)
    write_cifs(cifs, 2, edge=4.0, occupancy=0.5)
    (cifs / "broken.cif").write_text("data_other\n")
    import_files(project, [cifs], "salts")
    compute_space_groups(project)
    after, new_source = everything(project), project.source(1)
    assert project.structure(1).lattice[0, 0] == 4.0
    assert new_source != source
    undo(project)
    assert everything(project) | {"rejections": []} == before | {"rejections": []}
    assert [row.reason for row in project.rejections()] == [project.rejections()[0].reason]
    assert project.source(1) == source
    redo(project)
    assert everything(project) == after
    assert project.source(1) == new_source


def test_importing_the_same_files_again_changes_nothing_and_keeps_what_was_computed(
    project: Project, cifs: Path
):
    (cifs / "broken.cif").unlink()
    import_files(project, [cifs], "salts")
    compute_space_groups(project)
    before = everything(project)
    import_files(project, [cifs], "salts")
    assert everything(project) == before
    assert len(edits(project)) == 1
    assert len(project.query("select * from sources")) == 3


def test_a_structure_that_was_deleted_and_comes_back_by_an_import_is_deleted_again_by_undoing(
    project: Project, cifs: Path
):
    import_files(project, [cifs], "salts")
    undo(project)
    import_files(project, [cifs], "salts")
    assert shown(project) == (["salts"], ["s0", "s1", "s2"], 1)
    undo(project)
    assert shown(project) == ([], [], 0)


def test_known_structures_that_an_import_adds_to_a_collection_leave_it_again(project: Project, cifs: Path):
    import_files(project, [cifs], "salts")
    import_files(project, [cifs], "again")
    assert len(project.structure_rows("again")) == 3
    undo(project)
    assert shown(project)[:2] == (["salts"], ["s0", "s1", "s2"])
    redo(project)
    assert len(project.structure_rows("again")) == 3


def test_an_import_in_many_parts_is_one_edit(project: Project, cifs: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importing, "SECONDS_PER_COMMIT", 0.0)
    import_files(project, [cifs], "salts")
    assert len(edits(project)) == 1
    assert len(project.query("select changes from edits")[0]["changes"]) < 1000
    undo(project)
    assert shown(project) == ([], [], 0)


def test_an_edit_between_two_parts_of_an_import_is_undone_in_its_turn(
    project: Project, cifs: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(importing, "SECONDS_PER_COMMIT", 0.0)

    def tag(done: int, total: int) -> None:
        if done == 3:  # broken, s0 and s1 were read; s1 is not written yet
            with Project.open(project.folder) as other:
                add_tag(other, [1], "seen")

    import_files(project, [cifs], "salts", on_progress=tag)
    texts = ["Import into 'salts'", "Tag 1 structure 'seen'", "Import into 'salts'"]
    assert [edit.text for edit in edits(project)] == texts
    undo(project)
    assert shown(project)[1] == ["s0"]
    undo(project)
    undo(project)
    assert shown(project) == ([], [], 0)
    while redo(project):
        pass
    assert shown(project) == (["salts"], ["s0", "s1", "s2"], 1)


def test_undoing_during_an_import_takes_back_what_it_has_written_so_far(
    project: Project, cifs: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(importing, "SECONDS_PER_COMMIT", 0.0)

    def take_back(done: int, total: int) -> None:
        if done == 3:
            with Project.open(project.folder) as other:
                undo(other)

    import_files(project, [cifs], "salts", on_progress=take_back)
    assert shown(project)[1] == ["s1", "s2"]


def test_versions_go_with_the_edits_that_need_them(project: Project, cifs: Path, write_cifs: WriteCifs):
    import_files(project, [cifs], "salts")
    write_cifs(cifs, 2, edge=4.0)
    import_files(project, [cifs], "salts")
    assert len(project.query("select * from versions")) == 2
    for number in range(MOST_EDITS):
        add_tag(project, [1], f"tag {number}")
    assert project.query("select * from versions") == []


def test_a_damaged_version_is_refused_and_nothing_changes(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    import_files(project, [cifs], "salts")
    write_cifs(cifs, 2, edge=4.0)
    import_files(project, [cifs], "salts")
    project.db.execute("update versions set state = '{\"name) --\": 1}' where structure_id = 2")
    before = everything(project)
    with pytest.raises(ProjectError, match="damaged"):
        undo(project)
    assert everything(project) == before


@pytest.mark.parametrize(("rule", "count"), [("majority", 1), ("enumerate", 2)])
def test_a_change_of_disorder_is_undone_and_redone(project: Project, rule: Rule, count: int):
    coords = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]])
    mixed = Structure(4.0 * np.eye(3), coords, ({"Na": 0.5, "K": 0.5}, {"Cl": 1.0}))
    add_structures(project, "all", [ReadStructure("mixed", "/mixed.cif", "", mixed, (), b"data_x")])
    before = everything(project)
    change_disorder(project, [1], rule)
    assert len(project.structure_rows("all")) == count
    after = everything(project)
    undo(project)
    assert [row.is_ordered for row in project.structure_rows("all")] == [False]
    assert everything(project)["contents"][:1] == before["contents"]
    redo(project)
    assert everything(project) == after
    undo(project)
    change_disorder(project, [1], rule)
    assert len(project.structure_rows("all")) == count
    undo(project)
    assert [row.is_ordered for row in project.structure_rows("all")] == [False]
