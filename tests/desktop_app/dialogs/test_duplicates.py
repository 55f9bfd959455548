from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.store.editing.edits import undo
from core.store.importing.files import add_structures
from core.store.project import Project
from core.structures.reading.result import ReadStructure
from core.structures.structure import Structure
from desktop_app.dialogs.duplicates import DuplicatesDialog
from desktop_app.session import Session


@pytest.fixture
def dialog(
    qtbot: QtBot, session: Session, small_project: Path, rock_salt: Structure
) -> Iterator[DuplicatesDialog]:
    near = Structure(1.001 * rock_salt.lattice, rock_salt.frac_coords, rock_salt.species)
    crystals = {"one": rock_salt, "two": rock_salt, "near": near}
    with Project.open(small_project) as project:
        rows = [ReadStructure(name, f"{name}.cif", "", of, (), b"") for name, of in crystals.items()]
        add_structures(project, "copies", rows)
    session.open_project(Project.open(small_project))
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = DuplicatesDialog(session, parent)
    dialog.keep = parent
    dialog.show()
    yield dialog
    dialog.close()


def names(dialog: DuplicatesDialog) -> list[str]:
    model = dialog.table.model
    return [model.row(line).names for line in range(model.rowCount())]


def test_exact_copies_are_offered_merged_and_brought_back(
    qtbot: QtBot, dialog: DuplicatesDialog, small_project: Path, session: Session, wait: int
):
    qtbot.waitUntil(lambda: names(dialog) == ["one, two"], timeout=wait)
    dialog.table.step(1)
    with qtbot.waitSignal(session.library_changed, timeout=wait):
        qtbot.mouseClick(dialog.merge_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(dialog) == [], timeout=wait)
    assert not dialog.merge_button.isEnabled()
    with Project.open(small_project) as project:
        assert len(project.structure_rows("copies")) == 2
        undo(project)
        assert len(project.structure_rows("copies")) == 3


def test_near_copies_are_found_on_demand(qtbot: QtBot, dialog: DuplicatesDialog, wait: int):
    qtbot.waitUntil(lambda: names(dialog) == ["one, two"], timeout=wait)
    qtbot.mouseClick(dialog.search_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: any("near" in group for group in names(dialog)), timeout=wait)
    qtbot.waitUntil(dialog.search_button.isEnabled, timeout=wait)
