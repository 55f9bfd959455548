import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import DiskFull, ProjectError, StructureError
from core.store import database
from core.store.editing.edits import undo
from core.store.editing.versions import forget_lost_versions
from core.store.importing import files as importing
from core.store.importing.files import add_structures, import_files
from core.store.importing.preparation import prepare_files
from core.store.progress import Progress
from core.store.project import Project
from core.structures.readers.read import Flag, ReadStructure

WriteCifs = Callable[..., list[Path]]


@pytest.fixture
def cifs(tmp_path: Path) -> Path:
    """Where the files to import lie."""
    return tmp_path / "cifs"


def names(project: Project, collection: str | None = None) -> list[str]:
    return [row.name for row in project.structure_rows(collection)]


def test_a_folder_becomes_a_collection(project: Project, cifs: Path, write_cifs: WriteCifs):
    paths = write_cifs(cifs, 3)
    summary = import_files(project, [cifs], "polonium")
    assert (summary.num_files, summary.num_imported, summary.num_rejected) == (3, 3, 0)
    rows = project.structure_rows("polonium")
    assert [row.name for row in rows] == ["s0", "s1", "s2"]
    assert [row.path for row in rows] == [str(path) for path in paths]
    assert rows[0].volume == pytest.approx(3.35**3)


def test_the_density_of_polonium_matches_its_handbook(project: Project, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, edge=3.359)
    import_files(project, [cifs], "polonium")
    assert project.structure_rows()[0].density == pytest.approx(9.16, abs=0.05)  # g/cm3, alpha-Po


def test_a_file_that_is_imported_again_keeps_its_number_and_labels(
    project: Project, cifs: Path, write_cifs: WriteCifs, label: Callable[..., None]
):
    write_cifs(cifs, 3)
    import_files(project, [cifs], "all")
    label(project, 2)
    before = {row.name: row.id for row in project.structure_rows()}
    labels = project.labels("band gap")
    write_cifs(cifs, 3, edge=4.0)
    import_files(project, [cifs], "all")
    assert {row.name: row.id for row in project.structure_rows()} == before
    assert [row.volume for row in project.structure_rows()] == pytest.approx([64.0] * 3)
    assert project.labels("band gap") == labels
    assert project.collections()[0].num_structures == 3


def test_a_file_in_two_collections_is_one_structure(project: Project, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, 2)
    import_files(project, [cifs], "one")
    import_files(project, [cifs / "s0.cif"], "other")
    assert names(project) == ["s0", "s1"]
    assert names(project, "other") == ["s0"]


def test_a_relative_path_names_the_same_file(
    project: Project, cifs: Path, write_cifs: WriteCifs, monkeypatch: pytest.MonkeyPatch
):
    write_cifs(cifs, 1)
    import_files(project, [cifs], "all")
    monkeypatch.chdir(cifs.parent)
    import_files(project, [Path("cifs")], "all")
    assert names(project) == ["s0"]


def test_what_cannot_be_read_is_reported_and_kept_on_record(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    write_cifs(cifs, 2)
    (cifs / "s1.cif").write_text("data_only_a_description\n_journal_year 1999\n")
    summary = import_files(project, [cifs], "all")
    assert (summary.num_imported, summary.num_rejected) == (1, 1)
    (recorded,) = project.rejections("all")
    (reported,) = summary.rejected
    assert recorded.path == reported.path == str(cifs / "s1.cif")
    assert (recorded.reason, recorded.hint) == (reported.reason, reported.hint)
    assert recorded.reason


def test_the_report_on_a_file_is_replaced_when_it_is_imported_again(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    (path,) = write_cifs(cifs, 1)
    good = path.read_text()
    path.write_text("")
    for _ in range(2):
        import_files(project, [cifs], "all")
    assert len(project.rejections()) == 1
    path.write_text(good)
    import_files(project, [cifs], "all")
    assert project.rejections() == []
    assert names(project) == ["s0"]


def test_the_report_of_another_collection_stays(project: Project, cifs: Path, write_cifs: WriteCifs):
    (path,) = write_cifs(cifs, 1)
    good = path.read_text()
    path.write_text("")
    import_files(project, [cifs], "one")
    path.write_text(good)
    import_files(project, [cifs], "other")
    assert [row.collection for row in project.rejections()] == ["one"]
    assert project.rejections("other") == []


def test_a_file_that_became_unreadable_keeps_what_it_gave_before(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    (path,) = write_cifs(cifs, 1)
    import_files(project, [cifs], "all")
    path.write_text("")
    import_files(project, [cifs], "all")
    assert names(project) == ["s0"]
    assert len(project.rejections()) == 1


def test_nothing_to_import_is_an_error(project: Project, tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(StructureError, match="No file with crystal structures was found in"):
        import_files(project, [empty], "all")
    assert project.collections() == []


def test_progress_counts_every_file(project: Project, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, 3)
    steps: list[tuple[int, int]] = []
    import_files(project, [cifs], "all", on_progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_the_speed_of_an_import_is_reported(project: Project, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, 3)
    steps: list[Progress] = []
    import_files(project, [cifs], "all", on_rate=steps.append)
    assert [(step.done, step.total, step.num_structures) for step in steps] == [
        (1, 3, 1),
        (2, 3, 2),
        (3, 3, 3),
    ]
    assert all(step.rate > 0.0 for step in steps)
    assert steps[-1].seconds_left == 0.0


def test_a_file_that_is_imported_again_leaves_no_old_bytes_behind(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    for edge in (3.35, 3.4, 3.4):
        write_cifs(cifs, 2, edge=edge)
        import_files(project, [cifs], "all")
    assert len(project.query("select * from sources")) == 4  # those of the first import can be had back
    assert project.source(1) == (cifs / "s0.cif").read_bytes()
    project.db.execute("delete from edits")
    forget_lost_versions(project)
    import_files(project, [cifs], "all")
    assert len(project.query("select * from sources")) == 2


def test_a_structure_that_is_changed_forgets_what_was_computed_from_its_old_form(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    (path,) = write_cifs(cifs, 1)
    import_files(project, [cifs], "all")
    project.db.execute("update structures set space_group = 1, duplicate_group = 7, deleted = 1")
    path.write_text(path.read_text().replace(" Po ", " Se "))
    import_files(project, [cifs], "all")
    columns = "deleted, space_group, duplicate_group"
    assert [tuple(row.values()) for row in project.query(f"select {columns} from structures")] == [
        (0, None, None)
    ]
    assert project.query("select symbol from elements") == [{"symbol": "Se"}]


def test_a_cancelled_import_keeps_what_was_read(project: Project, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, 9)
    done = 0

    def count(number: int, total: int) -> None:
        nonlocal done
        done = number

    summary = import_files(project, [cifs], "all", on_progress=count, cancelled=lambda: done == 4)
    assert (summary.num_files, summary.num_imported) == (9, 4)
    assert names(project) == ["s0", "s1", "s2", "s3"]


@pytest.mark.parametrize(
    ("limit", "value", "expected"),
    [
        ("SECONDS_PER_COMMIT", 0.0, [0, 1, 2, 3, 4]),
        ("BYTES_PER_COMMIT", 500, [0, 0, 2, 2, 4]),
        ("BYTES_PER_COMMIT", 10**9, [0, 0, 0, 0, 0]),
    ],
)
def test_an_import_is_committed_in_parts(
    project: Project,
    cifs: Path,
    write_cifs: WriteCifs,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: float,
    expected: list[int],
):
    write_cifs(cifs, 5)
    (part,) = prepare_files([cifs / "s0.cif"], "keep")
    assert 250 < part.num_bytes < 500  # two files reach the limit of bytes, one does not
    monkeypatch.setattr(importing, "SECONDS_PER_COMMIT", 1e9)
    monkeypatch.setattr(importing, limit, value)
    seen: list[int] = []

    def look(done: int, total: int) -> None:
        with Project.open(project.folder) as other:
            seen.append(len(other.structure_rows()))

    import_files(project, [cifs], "all", on_progress=look)
    assert seen == expected
    assert len(project.structure_rows()) == 5


def test_disordered_structures_can_be_left_out(project: Project, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, 1, occupancy=0.8)
    summary = import_files(project, [cifs], "all", disorder="skip")
    assert names(project) == []
    assert [rejection.path for rejection in summary.rejected] == [str(cifs / "s0.cif")]
    assert "disordered" in project.rejections("all")[0].reason


def test_disordered_structures_can_be_reduced_to_their_majority(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    write_cifs(cifs, 1, occupancy=0.8)
    import_files(project, [cifs], "as it is")
    assert not project.structure_rows()[0].is_ordered
    import_files(project, [cifs], "majority", disorder="majority")
    assert project.structure_rows()[0].is_ordered


def test_a_structure_without_any_majority_is_rejected(project: Project, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, 1, occupancy=0.3)
    summary = import_files(project, [cifs], "all", disorder="majority")
    assert (summary.num_imported, summary.num_rejected) == (0, 1)
    assert "vacant" in project.rejections()[0].reason


def test_the_order_of_import_does_not_depend_on_disorder(project: Project, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, 3)
    text = (cifs / "s0.cif").read_text()
    (cifs / "s0.cif").write_text(text.replace("Po 0 0 0 1.0", "Po 0 0 0 0.8"))
    import_files(project, [cifs], "all", disorder="majority")
    assert names(project) == ["s0", "s1", "s2"]


def test_all_flags_of_a_structure_are_kept_in_order(
    project: Project, read_structure: Callable[..., ReadStructure]
):
    flags = [Flag("repaired_file", "Line 3."), Flag("bad_density", "Odd."), Flag("repaired_file", "Line 9.")]
    add_structures(project, "all", [read_structure("a", flags=flags), read_structure("b")])
    assert [row.flags for row in project.structure_rows()] == [("Line 3.", "Odd.", "Line 9."), ()]
    add_structures(project, "all", [read_structure("a", flags=flags[:1])])
    assert project.structure_rows()[0].flags == ("Line 3.",)


def test_flagged_structures_are_counted(project: Project, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, 2)
    write_cifs(cifs, 1, edge=2.0)  # atoms too close, density too high
    summary = import_files(project, [cifs], "all")
    assert summary.num_flagged == sum(bool(row.flags) for row in project.structure_rows()) >= 1


def test_the_blocks_of_a_file_are_structures_of_their_own_and_share_its_source(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    texts = [path.read_text() for path in write_cifs(cifs, 2)]
    both = cifs / "both.cif"
    both.write_text("\n".join(texts))
    import_files(project, [both], "all")
    assert names(project) == ["both_s0", "both_s1"]
    assert [project.source(row.id) for row in project.structure_rows()] == [both.read_bytes()] * 2
    assert len(project.query("select * from sources")) == 1


def test_two_blocks_of_one_name_are_both_kept(project: Project, cifs: Path, write_cifs: WriteCifs):
    (path,) = write_cifs(cifs, 1)
    text = path.read_text()
    path.write_text(text + text.replace("3.35", "5.0"))
    for _ in range(2):
        import_files(project, [cifs], "all")
    assert len(set(names(project))) == 2
    assert [row.volume for row in project.structure_rows()] == pytest.approx([3.35**3, 125.0])


def test_the_file_is_kept_as_it_was(project: Project, cifs: Path, write_cifs: WriteCifs):
    (path,) = write_cifs(cifs, 1)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"# \xe9\xff\n")
    import_files(project, [cifs], "all")
    (row,) = project.structure_rows()
    assert project.source(row.id) == path.read_bytes()
    stored = project.query("select source from sources")[0]["source"]
    assert zlib.decompress(stored) == path.read_bytes()


def test_a_file_name_that_is_not_unicode_is_spelled_out(project: Project, cifs: Path, write_cifs: WriteCifs):
    (path,) = write_cifs(cifs, 1)
    odd = os.fsencode(cifs) + b"/caf\xe9.cif"
    try:
        shutil.copy(path, odd)
    except OSError:
        pytest.skip("needs a file system that takes any bytes as a name")
    (cifs / os.fsdecode(b"empty \xe9.cif")).write_bytes(b"")
    summary = import_files(project, [cifs], "all")
    assert sorted(names(project)) == ["caf\\udce9", "s0"]
    assert [Path(rejection.path).name for rejection in summary.rejected] == ["empty \\udce9.cif"]
    import_files(project, [cifs], "all")
    assert len(project.structure_rows()) == 2
    assert len(project.rejections()) == 1


def test_hostile_names_stay_text(
    project: Project, read_structure: Callable[..., ReadStructure], hostile: str
):
    read = read_structure(hostile, flags=[Flag("repaired_file", hostile)])
    for _ in range(2):
        add_structures(project, hostile, [read])
    (row,) = project.structure_rows(hostile)
    assert (row.name, row.flags) == (hostile, (hostile,))
    assert [collection.name for collection in project.collections()] == [hostile]
    assert project.source(row.id) == read.source


def test_a_full_disk_during_an_import_is_told_and_harms_nothing(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    write_cifs(cifs, 3)
    import_files(project, [cifs], "all")
    pages = project.query("pragma page_count")[0]["page_count"]
    project.query(f"pragma max_page_count = {pages}")
    (cifs / "s3.cif").write_text((cifs / "s0.cif").read_text() + "# " + os.urandom(100_000).hex())
    with pytest.raises(DiskFull, match=r"project\.db"):
        import_files(project, [cifs], "all")
    with Project.open(project.folder) as again:
        assert names(again) == ["s0", "s1", "s2"]
        import_files(again, [cifs], "all")
        assert len(again.structure_rows()) == 4


def test_an_import_while_another_program_keeps_writing_is_refused_in_words(
    project: Project, cifs: Path, write_cifs: WriteCifs, monkeypatch: pytest.MonkeyPatch
):
    write_cifs(cifs, 1)
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 1)
    refused = pytest.raises(ProjectError, match="in use by another program")
    with Project.open(project.folder) as impatient, project.transaction(), refused:
        import_files(impatient, [cifs], "all")


def test_an_import_that_is_killed_leaves_whole_parts(tmp_path: Path, cifs: Path, write_cifs: WriteCifs):
    write_cifs(cifs, 130)
    folder = tmp_path / "project"
    script = (
        "import sys; from pathlib import Path\n"
        "from core.store.importing import files as importing; from core.store.project import Project\n"
        "importing.SECONDS_PER_COMMIT = 0.0\n"
        "def report(done, total):\n"
        "    if done == 120: print('here', flush=True); sys.stdin.read()\n"
        "project = Project.create(Path(sys.argv[1]))\n"
        "importing.import_files(project, [Path(sys.argv[2])], 'all', on_progress=report)"
    )
    command = [sys.executable, "-c", script, folder, cifs]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as importer:
        assert importer.stdout is not None
        assert importer.stdout.readline() == b"here\n"
        importer.kill()
    assert importer.returncode == -signal.SIGKILL
    with Project.open(folder) as project:
        before = {row.name: row.id for row in project.structure_rows("all")}
        assert len(before) == 119  # the last file was read, but not written yet
        assert project.query("pragma integrity_check") == [{"integrity_check": "ok"}]
        assert [project.source(number) for number in before.values()].count(b"") == 0
        import_files(project, [cifs], "all")
        after = {row.name: row.id for row in project.structure_rows("all")}
    assert len(after) == 130
    assert after.items() >= before.items()


def test_an_import_that_is_killed_loses_at_most_the_last_second(tmp_path: Path):
    crystals, folder = tmp_path / "many.jsonl", tmp_path / "project"
    line = '{"lattice": [[3, 0, 0], [0, 3, 0], [0, 0, 3]], "species": ["Po"], "frac_coords": [[0, 0, 0]]}\n'
    crystals.write_text(line * 100_000)
    script = (
        "import sys; from pathlib import Path\n"
        "from core.store.importing.files import import_files; from core.store.project import Project\n"
        "def tell(progress): print(progress.num_structures, flush=True)\n"
        "project = Project.create(Path(sys.argv[1]))\n"
        "import_files(project, [Path(sys.argv[2])], 'all', on_rate=tell, workers=1)"
    )
    told: list[tuple[float, int]] = []
    with subprocess.Popen(
        [sys.executable, "-c", script, folder, crystals], stdout=subprocess.PIPE
    ) as importer:
        assert importer.stdout is not None
        for number in importer.stdout:
            told.append((time.monotonic(), int(number)))
            if told[-1][0] > told[0][0] + 2.5:
                importer.kill()
                break
    assert importer.returncode == -signal.SIGKILL
    times = [when for when, _ in told]
    longest_step = max(later - earlier for earlier, later in pairwise(times))  # of a machine with other work
    a_second_before = times[-1] - 1.0 - 2 * longest_step
    read_a_second_before = max((number for when, number in told if when < a_second_before), default=0)
    with Project.open(folder) as project:
        assert project.query("pragma integrity_check") == [{"integrity_check": "ok"}]
        assert read_a_second_before <= len(project.structure_rows("all")) < 100_000
        undo(project)
        assert project.structure_rows() == []


def test_real_world_files_are_read_or_reported(project: Project, shared_data: Path):
    summary = import_files(project, [shared_data / "messy_cifs"], "messy")
    rejected = {rejection.path for rejection in summary.rejected}
    read = {row.path for row in project.structure_rows()}
    assert len(read | rejected) == summary.num_files
    assert len(project.structure_rows()) == summary.num_imported > 0
    assert len(project.rejections()) == summary.num_rejected


def test_a_database_that_was_damaged_under_way_is_told_as_such(
    project: Project, cifs: Path, write_cifs: WriteCifs
):
    write_cifs(cifs, 2)
    import_files(project, [cifs], "all")
    project.query("pragma wal_checkpoint(truncate)")
    path = project.folder / database.DATABASE_NAME
    content = bytearray(path.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    path.write_bytes(content)
    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.DatabaseError):
        raw.execute("select * from structures").fetchall()
    with pytest.raises(ProjectError, match="damaged"), Project.open(project.folder) as again:
        import_files(again, [cifs], "all")
