from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.store.editing.labelling import import_labels
from core.store.project import Project
from core.structures.labels.table import LabelColumn, TableMapping
from desktop_app.dialogs.compositions import CompositionsDialog
from desktop_app.session import Session

GAP = LabelColumn("gap", "gap", "eV")
TABLE = "id,gap,f,sg,a,doi\nzinc,<3.7,ZnS,F-43m,5.41,10.1/x\nlead,,PbS,Fm-3m,5.94,\nsalt-00,5,NaCl,,,\n"


@pytest.fixture
def dialog(
    qtbot: QtBot, session: Session, small_project: Path, tmp_path: Path
) -> Iterator[CompositionsDialog]:
    table = tmp_path / "gaps of sulfides.csv"
    table.write_text(TABLE, encoding="utf-8")
    mapping = TableMapping(
        *("id", (GAP,), "first"), ("doi",), formula="f", space_group="sg", cell=("a", "", "", "", "", "")
    )
    with Project.open(small_project) as project:
        import_labels(project, table, "id", [GAP], mapping)
    session.open_project(Project.open(small_project))
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = CompositionsDialog(session, parent)
    dialog.keep = parent
    dialog.show()
    yield dialog
    dialog.close()


def test_rows_without_a_structure_are_listed_with_all_that_is_known(
    qtbot: QtBot, dialog: CompositionsDialog, wait: int
):
    model = dialog.table.model
    qtbot.waitUntil(lambda: model.rowCount() == 2, timeout=wait)
    assert model.titles() == [
        *("Name", "Formula", "gap (eV)", "Space group", "a, b, c (Å), α, β, γ (°)", "doi"),
    ]
    cells = [[model.cell_text(line, column) for column in range(6)] for line in range(2)]
    assert cells == [
        ["lead", "PbS", "", "Fm-3m", "5.94 ? ? ? ? ?", ""],
        ["zinc", "ZnS", "<3.7", "F-43m", "5.41 ? ? ? ? ?", "10.1/x"],
    ]


def test_they_are_searched_by_formula_and_metadata(qtbot: QtBot, dialog: CompositionsDialog, wait: int):
    model = dialog.table.model
    qtbot.waitUntil(lambda: model.rowCount() == 2, timeout=wait)
    model.set_filter("10.1/X")
    assert [model.row(line).name for line in range(model.rowCount())] == ["zinc"]
