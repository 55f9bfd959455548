import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.structures.labels.table import LabelColumn, TableMapping
from desktop_app.library.column_mapping import (
    ColumnMapping,
    Role,
    guess_id_column,
    guess_roles,
    guess_value_column,
    split_unit,
)
from desktop_app.library.value_range import ValueRange

HEADER = ["Formula", "ID", "Ionic conductivity (S cm-1)", "Error", "Family"]


@pytest.fixture
def columns(qtbot: QtBot) -> ColumnMapping:
    columns = ColumnMapping(HEADER)
    qtbot.addWidget(columns)
    columns.show()
    return columns


def test_likely_columns_are_proposed(columns: ColumnMapping):
    value = LabelColumn("Ionic conductivity", "Ionic conductivity (S cm-1)", "S cm-1")
    assert columns.mapping() == TableMapping("ID", (value,), metadata=("Family",), formula="Formula")


def test_the_answer_holds_all_choices(qtbot: QtBot, columns: ColumnMapping):
    line = columns.lines[2]
    line.property_name.setText("conductivity")
    line.unit.setText("S/cm")
    line.error.setCurrentText("Error")
    columns.lines[0].role.setCurrentText(Role.SPACE_GROUP)
    columns.lines[4].role.setCurrentText(Role.CELL_C)
    with qtbot.waitSignal(columns.changed):
        line.log10.click()
    value = LabelColumn("conductivity", "Ionic conductivity (S cm-1)", "S/cm", log10=True, error="Error")
    cell = ("", "", "Family", "", "", "")
    assert columns.mapping() == TableMapping("ID", (value,), space_group="Formula", cell=cell)


@pytest.mark.parametrize("role", [Role.NAMES, Role.FORMULA, Role.CELL_A])
def test_only_one_column_holds_the_names_or_a_part_of_a_composition(columns: ColumnMapping, role: Role):
    columns.lines[1].role.setCurrentText(role)
    columns.lines[2].role.setCurrentText(role)
    assert columns.lines[1].holds is Role.NOTHING
    assert columns.lines[2].holds is role


def test_several_columns_hold_values_and_texts(columns: ColumnMapping):
    for line in columns.lines[2:4]:
        line.role.setCurrentText(Role.VALUES)
    columns.lines[0].role.setCurrentText(Role.TEXT)
    assert len(columns.mapping().columns) == 2
    assert columns.mapping().metadata == ("Formula", "Family")


def test_without_names_or_a_property_name_there_is_no_answer(columns: ColumnMapping):
    columns.lines[2].property_name.setText("  ")
    assert columns.mapping() is None
    columns.lines[2].property_name.setText("x")
    columns.lines[1].role.setCurrentText(Role.NOTHING)
    assert columns.mapping() is None


def test_fields_of_a_property_are_there_only_for_values(columns: ColumnMapping):
    assert columns.lines[2].unit.isVisible()
    assert not columns.lines[4].unit.isVisible()
    columns.lines[4].role.setCurrentText(Role.VALUES)
    assert columns.lines[4].unit.isVisible()


def test_titles_of_a_table_stay_text(qtbot: QtBot):
    columns = ColumnMapping(["<b>id</b>", "=1+1"])
    qtbot.addWidget(columns)
    shown = columns.cellWidget(0, 0).findChild(QLineEdit)
    assert shown.text() == "<b>id</b>"


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


def test_what_describes_a_composition_is_guessed():
    header = ["ID", "Sum formula", "True composition", "gap (eV)", "Space group", "Space group #", "DOI"]
    header += ["a", "b", "c", "alpha", "beta", "gamma", "note"]
    cell = [Role.CELL_A, Role.CELL_B, Role.CELL_C, Role.CELL_ALPHA, Role.CELL_BETA, Role.CELL_GAMMA]
    found = [Role.NAMES, Role.FORMULA, Role.NOTHING, Role.VALUES, Role.SPACE_GROUP, Role.NOTHING, Role.TEXT]
    assert guess_roles(header) == [*found, *cell, Role.NOTHING]


def test_single_letters_are_no_cell_without_the_other_edges():
    assert guess_roles(["id", "gap", "a", "alpha"]) == [Role.NAMES, Role.VALUES, Role.NOTHING, Role.NOTHING]


@pytest.mark.parametrize(
    ("header", "names", "values"),
    [
        (["id", "gap"], 0, 1),
        (["a", "gap", "id"], 2, 0),
        (["id", "note", "gap (eV)"], 0, 2),
        (["a", "id", "b"], 1, 2),
    ],
)
def test_the_column_of_values_is_guessed(header: list[str], names: int, values: int):
    assert guess_value_column(header, names) == values


WIDE = {"Ionic conductivity (S cm-1)": ValueRange(1e-16, 0.02), "Error": ValueRange(1e-9, 1e-3)}


def test_the_logarithm_of_values_over_many_decades_is_proposed_with_a_reason(columns: ColumnMapping):
    columns.show_ranges(WIDE, {})
    line = columns.lines[2]
    assert line.log10.isChecked()
    assert "from 1e-16 to 0.02, over 14 powers of ten" in columns.reasons
    line.log10.click()
    assert columns.reasons == ""
    columns.show_ranges(WIDE, {})
    assert not line.log10.isChecked()  # the user has chosen


def test_values_of_few_decades_are_learned_as_they_are(columns: ColumnMapping):
    columns.show_ranges({"Ionic conductivity (S cm-1)": ValueRange(0.5, 9.0)}, {})
    assert not columns.lines[2].log10.isChecked()
    assert columns.reasons == ""


def test_a_known_property_is_learned_as_before(columns: ColumnMapping):
    columns.show_ranges(WIDE, {"Ionic conductivity": False, "sigma": True})
    line = columns.lines[2]
    assert not line.log10.isChecked()
    line.property_name.setText("sigma")
    assert line.log10.isChecked()


def test_a_column_that_is_taken_for_values_later_is_proposed_too(columns: ColumnMapping):
    columns.show_ranges(WIDE, {})
    assert not columns.lines[3].log10.isChecked()
    columns.lines[3].role.setCurrentText(Role.VALUES)
    assert columns.lines[3].log10.isChecked()
    assert "'Error'" in columns.reasons
