from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from core.store.project import Project
from desktop_app.dialogs.labels import LabelsDialog
from desktop_app.library.column_mapping import Role
from desktop_app.session import Session

TABLE = "id,hardness,family\nsalt-00,2.5,halide\nsalt-01,n.a.,halide\nsalt-01,3,halide\nabsent,4,\n"


@pytest.fixture
def dialog(qtbot: QtBot, session: Session, small_project: Path, tmp_path: Path) -> Iterator[LabelsDialog]:
    table = tmp_path / "hardness.csv"
    table.write_text(TABLE, encoding="utf-8")
    session.open_project(Project.open(small_project))
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = LabelsDialog(table, ["id", "hardness", "family"], session, parent)
    dialog.keep = parent
    dialog.show()
    yield dialog
    dialog.reject()


def import_button(dialog: LabelsDialog):
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)


def previewed(qtbot: QtBot, dialog: LabelsDialog, wait: int) -> LabelsDialog:
    qtbot.waitUntil(import_button(dialog).isEnabled, timeout=wait)
    return dialog


def test_what_would_come_of_it_is_told_before_anything_is_written(
    qtbot: QtBot, dialog: LabelsDialog, small_project: Path, wait: int
):
    assert not import_button(dialog).isEnabled()
    previewed(qtbot, dialog, wait)
    counts = "1 value for 2 structures; 1 row without a structure, kept as compositions; 2 unusable entries."
    assert dialog.outcome.text() == counts
    assert dialog.preview.model.titles() == ["id", "hardness", "family"]
    assert dialog.preview.model.plain_cells(1) == ["salt-01", "n.a.", "halide"]
    with Project.open(small_project) as project:
        assert [row.name for row in project.properties()] == ["gap"]


def test_the_rule_for_several_rows_changes_the_outcome(qtbot: QtBot, dialog: LabelsDialog, wait: int):
    previewed(qtbot, dialog, wait)
    dialog.replicates.setCurrentText("their mean")
    assert not import_button(dialog).isEnabled()
    previewed(qtbot, dialog, wait)
    assert dialog.outcome.text().startswith("2 values for 2 structures")


def test_a_property_in_another_unit_is_refused(qtbot: QtBot, dialog: LabelsDialog, wait: int):
    dialog.columns.lines[1].property_name.setText("gap")
    qtbot.waitUntil(lambda: "already there in eV" in dialog.outcome.text(), timeout=wait)
    assert not import_button(dialog).isEnabled()


def test_the_answer_holds_all_choices(qtbot: QtBot, dialog: LabelsDialog, wait: int):
    dialog.columns.lines[2].role.setCurrentText(Role.FORMULA)
    previewed(qtbot, dialog, wait)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        qtbot.mouseClick(import_button(dialog), Qt.MouseButton.LeftButton)
    (mapping,) = chosen.args
    assert (mapping.id_column, mapping.formula, mapping.replicates) == ("id", "family", "first")
    assert [column.name for column in mapping.columns] == ["hardness"]


def test_without_names_nothing_can_be_imported(dialog: LabelsDialog):
    dialog.columns.lines[0].role.setCurrentText(Role.NOTHING)
    assert dialog.mapping() is None
    assert not import_button(dialog).isEnabled()


def test_values_over_many_decades_are_proposed_as_their_logarithm_in_words(
    qtbot: QtBot, session: Session, small_project: Path, tmp_path: Path, wait: int
):
    table = tmp_path / "sigma.csv"
    lines = [f"salt-{k:02d},1e-{k + 1}" for k in range(12)]
    table.write_text("id,sigma (S/cm)\n" + "\n".join(lines) + "\n", encoding="utf-8")
    session.open_project(Project.open(small_project))
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = LabelsDialog(table, ["id", "sigma (S/cm)"], session, parent)
    dialog.show()
    previewed(qtbot, dialog, wait)
    assert dialog.columns.lines[1].log10.isChecked()
    assert dialog.advice.isVisible()
    assert "over 11 powers of ten" in dialog.advice.text()
    qtbot.mouseClick(dialog.columns.lines[1].log10, Qt.MouseButton.LeftButton)
    assert not dialog.advice.isVisible()
    previewed(qtbot, dialog, wait)
    mapping = dialog.mapping()
    assert mapping is not None
    assert not mapping.columns[0].log10
    dialog.reject()
