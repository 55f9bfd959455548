import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import LabelError, ProjectError
from core.store import database
from core.store.editing.edits import redo, undo
from core.store.editing.labelling import LabelSummary, import_labels, preview_labels
from core.store.importing.files import add_structures, import_files
from core.store.library.query import StructureQuery
from core.store.library.search import find_structures, metadata_of
from core.store.project import Project
from core.store.rows import CompositionRow, PropertyRow, StoredLabel
from core.structures.labels.table import CELL_PARAMETERS, LabelColumn, TableMapping
from core.structures.readers.read import ReadStructure

GAP = LabelColumn("band gap", "gap", "eV")
CONDUCTIVITY = LabelColumn("conductivity", "sigma", "S/cm", log10=True)


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a table of values."""

    def write(text: str) -> Path:
        path = tmp_path / "labels.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def library(project: Project, fill: Callable[..., None]) -> Project:
    """A project with the structures s0, s1 and s2."""
    fill(project, 3)
    return project


def values(project: Project, name: str = "band gap") -> dict[str, float]:
    names = {row.id: row.name for row in project.structure_rows()}
    return {names[number]: label.value for number, label in project.labels(name).items()}


def test_values_go_to_the_structures_of_their_names(library: Project, table: Callable[[str], Path]):
    summary = import_labels(library, table("id,gap\ns0,1.5\ns2,0.25\n"), "id", [GAP])
    assert (summary.matched, summary.unmatched, summary.invalid) == (2, [], [])
    assert values(library) == {"s0": 1.5, "s2": 0.25}
    assert library.properties() == [PropertyRow("band gap", "eV", "none", 2)]


def test_each_id_without_a_structure_is_listed_once_in_order(library: Project, table: Callable[[str], Path]):
    text = "id,gap,sigma\nzinc,1,1\ns0,1,1\nargon,1,1\n"
    summary = import_labels(library, table(text), "id", [GAP, CONDUCTIVITY])
    assert (summary.matched, summary.unmatched) == (2, ["zinc", "argon"])


def test_what_is_no_value_is_listed_and_the_rest_is_stored(library: Project, table: Callable[[str], Path]):
    summary = import_labels(library, table("id,gap\ns0,wide\ns1,2\ns1,3\n"), "id", [GAP])
    assert values(library) == {"s1": 2.0}
    assert [(problem.row, problem.key) for problem in summary.invalid] == [(2, "s0"), (4, "s1")]


def test_an_empty_cell_is_no_value_and_no_problem(library: Project, table: Callable[[str], Path]):
    summary = import_labels(library, table("id,gap\ns0,\ns1,2\n"), "id", [GAP])
    assert (summary.matched, summary.unmatched, summary.invalid) == (1, [], [])


def test_a_bound_is_stored_with_its_text(library: Project, table: Callable[[str], Path]):
    import_labels(library, table("id,sigma\ns0,<1E-10\ns1,1.2e-3\n"), "id", [CONDUCTIVITY])
    first, second, _ = library.structure_rows()
    assert library.labels("conductivity") == {
        first.id: StoredLabel(1e-10, "<", "<1E-10"),
        second.id: StoredLabel(1.2e-3, "", "1.2e-3"),
    }
    assert library.properties() == [PropertyRow("conductivity", "S/cm", "log10", 2)]


def test_a_later_table_replaces_the_values_it_has_and_leaves_the_others(
    library: Project, table: Callable[[str], Path]
):
    import_labels(library, table("id,gap\ns0,1\ns1,2\n"), "id", [GAP])
    import_labels(library, table("id,gap\ns1,3\n"), "id", [GAP])
    assert values(library) == {"s0": 1.0, "s1": 3.0}


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (LabelColumn("band gap", "gap", "meV"), "in eV, not in meV"),
        (LabelColumn("band gap", "gap"), "in eV, not in no unit"),
        (LabelColumn("band gap", "gap", "eV", log10=True), r"in eV, not in log10\(eV\)"),
    ],
)
def test_a_property_keeps_its_unit_and_scale(
    library: Project, table: Callable[[str], Path], other: LabelColumn, words: str
):
    import_labels(library, table("id,gap\ns0,1\n"), "id", [GAP])
    with pytest.raises(LabelError, match=f"'band gap' is already there {words}"):
        import_labels(library, table("id,gap\ns0,1000\n"), "id", [other])
    assert values(library) == {"s0": 1.0}


def test_a_table_is_stored_whole_or_not_at_all(library: Project, table: Callable[[str], Path]):
    import_labels(library, table("id,gap\ns0,1\n"), "id", [GAP])
    wrong = LabelColumn("band gap", "gap", "meV")
    with pytest.raises(LabelError):
        import_labels(library, table("id,sigma,gap\ns0,1,1\n"), "id", [CONDUCTIVITY, wrong])
    assert [row.name for row in library.properties()] == ["band gap"]


def test_errors_and_replicates_are_stored(library: Project, table: Callable[[str], Path]):
    column = LabelColumn("band gap", "gap", "eV", error="sd")
    mapping = TableMapping("id", (), replicates="mean")
    text = "id,gap,sd\ns0,1,0.3\ns0,2,0.4\ns1,5(1),\n"
    import_labels(library, table(text), "id", [column], mapping)
    assert library.labels("band gap") == {
        1: StoredLabel(1.5, "", "1 | 2", pytest.approx(0.25), 2),
        2: StoredLabel(5.0, "", "5(1)", 1.0, 1),
    }


def test_other_columns_become_metadata_to_search_by(library: Project, table: Callable[[str], Path]):
    mapping = TableMapping("id", (), metadata=("DOI", "family"))
    text = "id,gap,DOI,family\ns0,1,10.1/x,garnet\ns2,2,,=garnet\n"
    import_labels(library, table(text), "id", [GAP], mapping)
    assert metadata_of(library, 1) == {"DOI": "10.1/x", "family": "garnet"}
    assert metadata_of(library, 3) == {"family": "=garnet"}
    assert find_structures(library, StructureQuery(metadata=(("family", "garnet"),))) == [1, 3]
    assert find_structures(library, StructureQuery(metadata=(("family", "=garnet"),))) == [3]


def test_a_row_without_a_structure_is_kept_as_a_composition(library: Project, table: Callable[[str], Path]):
    cell = ("a", "", "c", "", "", "")
    mapping = TableMapping("id", (), metadata=("DOI",), formula="f", space_group="sg", cell=cell)
    text = "id,gap,DOI,f,sg,a,c\nzinc,<1,10.1/x,ZnS,P6_3mc,3.82,6.26\ns0,2,,Po,,,\n"
    for _ in range(2):
        summary = import_labels(library, table(text), "id", [GAP], mapping)
        assert (summary.matched, summary.unmatched, summary.compositions) == (1, ["zinc"], 1)
    assert library.compositions() == [
        CompositionRow(1, "zinc", "ZnS", "P6_3mc", "3.82 ? 6.26 ? ? ?", {"DOI": "10.1/x"})
    ]
    assert library.composition_labels("band gap") == {1: StoredLabel(1.0, "<", "<1")}


def test_rows_without_a_value_bring_their_metadata_and_compositions(
    library: Project, table: Callable[[str], Path]
):
    mapping = TableMapping("id", (), metadata=("family",), formula="f")
    summary = import_labels(
        library, table("id,family,f\ns0,halide,Po\nzinc,sulfide,ZnS\n"), "id", [], mapping
    )
    assert (summary.matched, summary.structures, summary.compositions) == (0, 1, 1)
    assert metadata_of(library, 1) == {"family": "halide"}
    assert [(row.name, row.formula, row.metadata) for row in library.compositions()] == [
        ("zinc", "ZnS", {"family": "sulfide"})
    ]


def test_a_composition_whose_structure_has_come_is_one_no_longer(
    library: Project, table: Callable[[str], Path], read_structure: Callable[..., ReadStructure]
):
    path = table("id,gap\nzinc,1\n")
    import_labels(library, path, "id", [GAP])
    add_structures(library, "all", [read_structure("zinc")])
    import_labels(library, path, "id", [GAP])
    assert library.compositions() == []
    assert library.composition_labels("band gap") == {}
    assert values(library) == {"zinc": 1.0}


def test_an_import_of_values_is_undone_and_redone(library: Project, table: Callable[[str], Path]):
    import_labels(library, table("id,gap\ns0,1\n"), "id", [GAP])
    import_labels(library, table("id,gap\ns0,2\ns1,3\nzinc,4\n"), "id", [GAP])
    undo(library)
    assert values(library) == {"s0": 1.0}
    assert library.compositions() == []
    redo(library)
    assert values(library) == {"s0": 2.0, "s1": 3.0}
    for _ in range(2):
        undo(library)
    assert library.properties() == []


def test_a_preview_tells_what_would_happen_and_writes_nothing(library: Project, table: Callable[[str], Path]):
    path = table("id,gap\ns0,1\nzinc,2\ns1,wide\n")
    preview = preview_labels(library, path, "id", [GAP])
    assert preview.header == ("id", "gap")
    assert preview.rows == [["s0", "1"], ["zinc", "2"], ["s1", "wide"]]
    assert (library.properties(), library.compositions()) == ([], [])
    assert preview.summary == import_labels(library, path, "id", [GAP])
    assert isinstance(preview.summary, LabelSummary)


def test_a_preview_refuses_what_the_import_would_refuse(library: Project, table: Callable[[str], Path]):
    import_labels(library, table("id,gap\ns0,1\n"), "id", [GAP])
    with pytest.raises(LabelError, match="already there in eV"):
        preview_labels(library, table("id,gap\ns0,1\n"), "id", [LabelColumn("band gap", "gap", "meV")])


def test_a_property_that_is_named_twice_is_refused(library: Project, table: Callable[[str], Path]):
    columns = [GAP, LabelColumn("band gap", "gap_hse", "eV")]
    with pytest.raises(LabelError, match="'band gap' is named twice"):
        import_labels(library, table("id,gap,gap_hse\ns0,1,2\n"), "id", columns)
    assert library.properties() == []


def test_a_name_that_several_structures_have_is_not_guessed(
    library: Project, table: Callable[[str], Path], read_structure: Callable[..., ReadStructure]
):
    twin = read_structure("s0")
    add_structures(library, "all", [ReadStructure("s0", "/elsewhere/s0.cif", "", twin.structure, (), b"")])
    summary = import_labels(library, table("id,gap\ns1,2\ns0,1\n"), "id", [GAP])
    assert values(library) == {"s1": 2.0}
    assert [(problem.row, problem.key, problem.reason) for problem in summary.invalid] == [
        (3, "s0", "2 structures have this name.")
    ]


def test_a_table_that_cannot_be_read_changes_nothing(library: Project, tmp_path: Path):
    with pytest.raises(LabelError, match="cannot be opened"):
        import_labels(library, tmp_path / "absent.csv", "id", [GAP])
    assert library.properties() == []


def test_hostile_property_names_and_ids_stay_text(
    library: Project, table: Callable[[str], Path], hostile: str
):
    column = LabelColumn(hostile, "gap", hostile)
    summary = import_labels(library, table("id,gap\ns0,1\n=1+1,2\n<b>x</b>,3\n"), "id", [column])
    assert values(library, hostile) == {"s0": 1.0}
    assert (library.property_row(hostile).name, library.property_row(hostile).unit) == (hostile, hostile)
    assert summary.unmatched == ["=1+1", "<b>x</b>"]


def test_while_another_program_keeps_writing_labels_are_refused_in_words(
    library: Project, table: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 1)
    path = table("id,gap\ns0,1\n")
    refused = pytest.raises(ProjectError, match="in use by another program")
    with Project.open(library.folder) as impatient, library.transaction(), refused:
        import_labels(impatient, path, "id", [GAP])


def test_two_programs_may_import_labels_at_once(library: Project, table: Callable[[str], Path]):
    path = table("id,gap\ns0,1\ns1,2\ns2,3\n")
    script = (
        "import sys; from pathlib import Path\n"
        "from core.store.editing.labelling import import_labels; from core.store.project import Project\n"
        "from core.structures.labels.table import LabelColumn\n"
        "project = Project.open(Path(sys.argv[1]))\n"
        "for k in range(30):\n"
        "    column = LabelColumn(f'gap {k}', 'gap', 'eV')\n"
        "    import_labels(project, Path(sys.argv[2]), 'id', [column])"
    )
    command = [sys.executable, "-c", script, library.folder, path]
    programs = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(one.communicate()[1], one.returncode) for one in programs] == [(b"", 0)] * 2
    assert [row.num_labels for row in library.properties()] == [3] * 30


def test_every_row_of_obelix_ends_as_a_labelled_structure_or_a_composition(
    project: Project, shared_data: Path
):
    folder = shared_data / "obelix"
    import_files(project, [folder / "cifs"], "obelix")
    column = LabelColumn("conductivity", "Ionic conductivity (S cm-1)", "S/cm", log10=True)
    mapping = TableMapping(
        *("ID", (), "first"),
        metadata=("DOI",),
        formula="Reduced Composition",
        space_group="Space group",
        cell=CELL_PARAMETERS,
    )
    summary = import_labels(project, folder / "labels.csv", "ID", [column], mapping)
    assert (summary.matched, summary.structures, summary.compositions) == (254, 254, 224)
    assert summary.invalid == []
    assert len(project.labels("conductivity")) == 254
    assert len(project.composition_labels("conductivity")) == len(project.compositions()) == 224
    assert all(row.formula and row.space_group and row.metadata["DOI"] for row in project.compositions())
    cells = [[float(text) for text in row.cell.split()] for row in project.compositions()]
    assert all(len(cell) == 6 and min(cell) > 2.0 and max(cell[3:]) < 180.0 for cell in cells)
