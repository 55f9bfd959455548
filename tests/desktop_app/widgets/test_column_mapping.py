import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.structures.label_table import LabelColumn, TableMapping
from desktop_app.widgets.column_mapping import (
    ColumnMapping,
    Role,
    guess_id_column,
    guess_value_column,
    split_unit,
)

HEADER = ["Formula", "ID", "Ionic conductivity (S cm-1)", "Error", "Family"]


@pytest.fixture
def columns(qtbot: QtBot) -> ColumnMapping:
    columns = ColumnMapping(HEADER)
    qtbot.addWidget(columns)
    columns.show()
    return columns


def test_likely_columns_are_proposed(columns: ColumnMapping):
    value = LabelColumn("Ionic conductivity", "Ionic conductivity (S cm-1)", "S cm-1")
    assert columns.mapping() == TableMapping("ID", (value,))


def test_the_answer_holds_all_choices(qtbot: QtBot, columns: ColumnMapping):
    line = columns.lines[2]
    line.property_name.setText("conductivity")
    line.unit.setText("S/cm")
    line.error.setCurrentText("Error")
    columns.lines[4].role.setCurrentText(Role.TEXT)
    with qtbot.waitSignal(columns.changed):
        line.log10.click()
    value = LabelColumn("conductivity", "Ionic conductivity (S cm-1)", "S/cm", log10=True, error="Error")
    assert columns.mapping() == TableMapping("ID", (value,), metadata=("Family",))


def test_only_one_column_holds_the_names(columns: ColumnMapping):
    columns.lines[0].role.setCurrentText(Role.NAMES)
    assert columns.lines[1].holds is Role.NOTHING
    assert columns.mapping().id_column == "Formula"


def test_without_names_or_a_property_name_there_is_no_answer(columns: ColumnMapping):
    columns.lines[2].property_name.setText("  ")
    assert columns.mapping() is None
    columns.lines[2].property_name.setText("x")
    columns.lines[1].role.setCurrentText(Role.NOTHING)
    assert columns.mapping() is None


def test_fields_of_a_property_can_be_used_only_for_values(columns: ColumnMapping):
    assert columns.lines[2].unit.isEnabled()
    assert not columns.lines[4].unit.isEnabled()


def test_titles_of_a_table_stay_text(qtbot: QtBot):
    columns = ColumnMapping(["<b>id</b>", "=1+1"])
    qtbot.addWidget(columns)
    shown = columns.cellWidget(0, 0)
    assert isinstance(shown, QLineEdit)
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
