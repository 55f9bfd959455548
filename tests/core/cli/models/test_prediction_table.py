import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.cli.models.prediction_table import CLASS_COLUMNS, Ranking, check_format, prediction_table
from core.errors import SettingError, UnknownChoice
from core.evaluation.predictions import Predicted
from core.jobs.spec import PropertySpec
from core.training.model.domain import fit_domain
from core.training.model.model_card import ClassSetCard, MeasuredRange
from core.training.model.model_file import Model
from tests.core.models import CONDUCTIVITY, GAP, untrained_model

NAMED = [("NaCl", "a.cif"), ("KBr", "b.cif")]


def predicted(*properties: int) -> Predicted:
    values = np.array([[1.0, -3.0], [2.0, -2.0]])[:, list(properties)]
    return Predicted(values, values - 0.5, values + 0.5, np.full(values.shape, np.nan), [(), ("no K",)])


def with_ranges(model: Model) -> Model:
    ranges = [MeasuredRange(lowest=-1.0, highest=1.5)] * len(model.card.properties)
    return model.with_trust([None] * len(ranges), ranges, fit_domain([{"Na": 1.0}], np.zeros((1, 1)), {}))


def test_values_are_in_original_units_with_what_speaks_against_them():
    table = prediction_table(untrained_model(GAP, CONDUCTIVITY), NAMED, predicted(0, 1), None)
    first, second = (dict(zip(table.columns, line, strict=True)) for line in table.lines)
    assert (first["gap"], first["gap_lower"], first["in_domain"]) == (1.0, 0.5, "true")
    assert second["conductivity"] == pytest.approx(1e-2)
    assert (second["reasons"], second["interval_level"]) == ("no K", 0.9)
    assert "gap_spread" not in table.columns


def test_the_spread_is_told_where_there_is_one():
    spread = replace(predicted(0), spread=np.array([[0.1], [0.2]]))
    table = prediction_table(untrained_model(GAP), NAMED, spread, None)
    assert [line[table.columns.index("gap_spread")] for line in table.lines] == [0.1, 0.2]


def test_ranked_candidates_come_with_rank_and_score():
    model = with_ranges(untrained_model(GAP))
    table = prediction_table(model, NAMED, predicted(0), Ranking("value", None, maximise=True))
    assert table.columns[:3] == ["rank", "score", "id"]
    assert [line[:3] for line in table.lines] == [[1, 2.0, "KBr"], [2, 1.0, "NaCl"]]


def test_improvement_is_over_the_best_measured_value():
    model = with_ranges(untrained_model(GAP))
    for maximise, first in ((True, "KBr"), (False, "NaCl")):
        ranking = Ranking("expected_improvement", "gap", maximise)
        table = prediction_table(model, NAMED, predicted(0), ranking)
        assert table.lines[0][2] == first
    with pytest.raises(SettingError, match="no measured value is known"):
        prediction_table(untrained_model(GAP), NAMED, predicted(0), ranking)


def test_of_several_properties_the_one_to_rank_by_is_asked_for():
    model = untrained_model(GAP, CONDUCTIVITY)
    with pytest.raises(SettingError, match="predicts 2 properties"):
        prediction_table(model, NAMED, predicted(0, 1), Ranking("value", None, maximise=True))
    with pytest.raises(UnknownChoice, match="colour"):
        prediction_table(model, NAMED, predicted(0, 1), Ranking("value", "colour", maximise=True))


def test_what_is_not_known_is_null_for_programs(tmp_path: Path):
    said = predicted(0)
    said.lower[:] = np.nan
    prediction_table(untrained_model(GAP), NAMED, said, None).write(tmp_path / "out.json")
    (first, _) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (first["gap"], first["gap_lower"]) == (1.0, None)


def test_other_formats_are_refused():
    check_format(Path("a.csv"))
    with pytest.raises(SettingError, match=r"ending in \.csv or \.json"):
        check_format(Path("a.xlsx"))


def test_classes_are_told_with_their_set():
    names = ("cubic", "trigonal")
    columns = [
        PropertySpec(name=f"system = {name}", kind="class", of="system", choice=name) for name in names
    ]
    model = untrained_model(*columns).with_class_sets({"system": ClassSetCard(threshold=0.65)})
    shares = np.array([[0.6, 0.4], [0.1, 0.9]])
    nothing = np.full((2, 2), np.nan)
    table = prediction_table(model, NAMED, Predicted(shares, nothing, nothing, nothing, None), None)
    told = [[line[table.columns.index(f"system_{end}")] for end in CLASS_COLUMNS] for line in table.lines]
    assert told == [["cubic", 0.6, "cubic | trigonal"], ["trigonal", 0.9, "trigonal"]]
