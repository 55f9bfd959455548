import csv
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.predictions import COLUMNS, Predicted, write_predictions
from core.jobs.spec import PropertySpec
from core.training.targets import Targets

GAP = PropertySpec(name="gap", unit="eV")
CONDUCTIVITY = PropertySpec(name="conductivity", unit="S/cm", transform="log10")
NAN = float("nan")


def written(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def predicted(values: np.ndarray, half_widths: list[float], reasons) -> Predicted:
    return Predicted(values, values - half_widths, values + half_widths, np.full(values.shape, 0.1), reasons)


@pytest.fixture
def lines(tmp_path: Path) -> list[dict[str, str]]:
    """Two structures, one called like a formula, with a gap and a conductivity of which one is a bound."""
    write_predictions(
        tmp_path / "predictions.csv",
        rows=[{"id": 4, "name": "=cmd|' /C calc'!A0"}, {"id": 9, "name": "-4"}],
        properties=[GAP, CONDUCTIVITY],
        targets=Targets(np.array([[1.5, -3.0], [NAN, -10.0]]), np.array([[0, 0], [0, -1]])),
        predicted=predicted(np.array([[-0.25, -4.0], [0.5, -9.0]]), [0.5, NAN], [(), ("no K", "too dense")]),
        splits=["train", "test"],
    )
    return written(tmp_path / "predictions.csv")


def test_each_structure_has_a_line_per_property(lines: list[dict[str, str]]):
    assert tuple(lines[0]) == COLUMNS
    keys = [(line["structure_id"], line["property"]) for line in lines]
    assert keys == [("4", "gap"), ("9", "gap"), ("4", "conductivity"), ("9", "conductivity")]


def test_values_are_in_original_units(lines: list[dict[str, str]]):
    gap, conductivity = lines[0], lines[2]
    assert (gap["measured"], gap["predicted"]) == ("1.5", "-0.25")
    assert float(conductivity["measured"]) == pytest.approx(1e-3, rel=1e-12)
    assert float(conductivity["predicted"]) == pytest.approx(1e-4, rel=1e-12)


def test_an_interval_lies_around_the_prediction_on_the_learned_scale(tmp_path: Path):
    write_predictions(
        tmp_path / "p.csv",
        [{"id": 1, "name": "a"}],
        [CONDUCTIVITY],
        Targets(np.array([[NAN]]), np.array([[0]])),
        predicted(np.array([[-4.0]]), [0.5], None),
        ["new"],
    )
    (line,) = written(tmp_path / "p.csv")
    assert float(line["lower"]) == pytest.approx(10**-4.5, rel=1e-12)
    assert float(line["upper"]) == pytest.approx(10**-3.5, rel=1e-12)


def test_what_is_not_known_is_an_empty_cell(lines: list[dict[str, str]]):
    assert lines[1]["measured"] == ""
    assert (lines[2]["lower"], lines[2]["upper"]) == ("", "")
    assert (lines[0]["lower"], lines[0]["upper"]) == ("-0.75", "0.25")


def test_what_speaks_against_a_prediction_stands_beside_it(lines: list[dict[str, str]], tmp_path: Path):
    assert [(line["in_domain"], line["reasons"]) for line in lines[:2]] == [
        ("true", ""),
        ("false", "no K; too dense"),
    ]
    assert lines[0]["spread"] == "0.1"
    targets = Targets(np.array([[NAN]]), np.array([[0]]))
    unknown = predicted(np.array([[1.0]]), [0.5], None)
    write_predictions(tmp_path / "p.csv", [{"id": 1, "name": "a"}], [GAP], targets, unknown, ["new"])
    (line,) = written(tmp_path / "p.csv")
    assert (line["in_domain"], line["reasons"]) == ("", "")


def test_a_bound_keeps_its_sign(lines: list[dict[str, str]]):
    assert [line["bound"] for line in lines] == ["", "", "", "<"]


def test_a_structure_without_a_value_of_the_property_is_new_to_it(lines: list[dict[str, str]]):
    assert [line["split"] for line in lines] == ["train", "new", "train", "test"]


def test_a_name_that_a_spreadsheet_would_run_is_text_and_a_negative_number_stays_one(
    lines: list[dict[str, str]],
):
    assert lines[0]["name"] == "'=cmd|' /C calc'!A0"
    assert lines[1]["name"] == "'-4"
    assert lines[0]["predicted"] == "-0.25"
