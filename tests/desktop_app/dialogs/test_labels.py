from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from core.structures.label_table import LabelColumn
from desktop_app.dialogs.labels import LabelsDialog, guess_id_column, split_unit

HEADER = ["Formula", "ID", "Ionic conductivity (S cm-1)", "Family"]


@pytest.fixture
def dialog(qtbot: QtBot) -> LabelsDialog:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = LabelsDialog(Path("labels.csv"), HEADER, parent)
    dialog.keep = parent
    return dialog


def test_likely_columns_are_proposed(dialog: LabelsDialog):
    assert dialog.id_column.currentText() == "ID"
    assert dialog.value_column.currentText() == "Ionic conductivity (S cm-1)"
    assert dialog.property_name.text() == "Ionic conductivity"
    assert dialog.unit.text() == "S cm-1"


def test_the_answer_holds_all_choices(qtbot: QtBot, dialog: LabelsDialog):
    dialog.property_name.setText("conductivity")
    dialog.unit.setText("S/cm")
    dialog.log10.setChecked(True)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.buttons.accepted.emit()
    column = LabelColumn("conductivity", "Ionic conductivity (S cm-1)", "S/cm", True)
    assert chosen.args == ["ID", column]


@pytest.mark.parametrize("name", ["", "   "])
def test_a_property_needs_a_name(dialog: LabelsDialog, name: str):
    dialog.property_name.setText(name)
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_names_and_values_are_not_the_same_column(dialog: LabelsDialog):
    dialog.value_column.setCurrentText("ID")
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("band gap (eV)", ("band gap", "eV")),
        ("conductivity [S/cm]", ("conductivity", "S/cm")),
        ("band gap", ("band gap", "")),
        ("(eV)", ("(eV)", "")),
        ("log(sigma) (S/cm)", ("log(sigma)", "S/cm")),
    ],
)
def test_a_unit_in_brackets_is_taken_from_the_title(title: str, parts: tuple[str, str]):
    assert split_unit(title) == parts


@pytest.mark.parametrize(
    ("header", "index"), [(["a", "b"], 0), (["x", " Name "], 1), (["gap", "cif", "id"], 2), ([], 0)]
)
def test_the_column_of_names_is_guessed(header: list[str], index: int):
    assert guess_id_column(header) == index
