import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RunError
from core.jobs.csv_file import read_finished_cells, safe_cell, text_of_cell, write_csv


def read(path: Path) -> list[list[str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_a_table_has_a_header_and_one_line_per_row(tmp_path: Path):
    path = tmp_path / "table.csv"
    write_csv(path, ("id", "band gap"), [("NaCl", 8.5), ("Fe₂O₃, haematite", 2)])
    assert read(path) == [["id", "band gap"], ["NaCl", "8.5"], ["Fe₂O₃, haematite", "2"]]


def test_a_table_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path):
    path = tmp_path / "table.csv"
    write_csv(path, ("id",), [("old",)])

    def lines():
        yield ("new",)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_csv(path, ("id",), lines())
    assert read(path) == [["id"], ["old"]]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-log10(S/cm)", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]
)
def test_what_a_spreadsheet_would_run_is_defused(text: str):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["NaCl", "", " =1", 3, -4, True])
def test_harmless_cells_stay_as_they_are(value: object):
    assert safe_cell(value) is value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_in_full(number: float):
    assert float(safe_cell(number)) == number
    assert safe_cell(np.float64(number)) == safe_cell(number)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_an_empty_cell(number: float):
    assert safe_cell(number) == ""


@given(st.text() | st.text(alphabet="'=-@x"))
def test_every_text_comes_back_from_its_cell(text: str):
    assert text_of_cell(safe_cell(text)) == text


def test_a_table_is_read_line_by_line_by_title(tmp_path: Path):
    path = tmp_path / "table.csv"
    assert read_finished_cells(path, dict) == []
    write_csv(path, ("arm", "mae"), [("mean", 0.5), ("forest", 0.25)])
    assert read_finished_cells(path, lambda line: (line["arm"], float(line["mae"]))) == [
        ("mean", 0.5),
        ("forest", 0.25),
    ]


@pytest.mark.parametrize("content", [b"arm,mae\nmean,much\n", b"arm\nmean\n", b"arm,mae\n\xff,1\n"])
def test_a_damaged_table_is_named_with_what_to_do(tmp_path: Path, content: bytes):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"table\.csv' is damaged.* Delete it; then all cells are run again"):
        read_finished_cells(path, lambda line: float(line["mae"]))


def test_a_title_that_looks_like_a_formula_is_defused(tmp_path: Path):
    write_csv(tmp_path / "table.csv", ["id", "=1+1"], [])
    assert (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines() == ["id,'=1+1"]
