from dataclasses import replace
from types import MappingProxyType

import pytest

from core.errors import SettingError
from core.jobs.spec import PropertySpec
from core.store.rows import PredictionRow
from desktop_app.predictions.candidates import RankOrder, rank_rows

GAP = PropertySpec(name="gap", unit="eV")
SIGMA = PropertySpec(name="sigma", unit="S/cm", transform="log10")
MEASURED = PredictionRow(9, "known", "gap", 2.5, "", 2.4, 2.0, 2.8, "test")
A, B, C = (
    PredictionRow(number, name, "gap", None, "", value, value - width, value + width, "new")
    for number, (name, value, width) in enumerate([("a", 1.0, 3.0), ("b", 3.0, 0.1), ("c", 2.0, 0.5)])
)
ROWS = [MEASURED, A, B, C]


def order(wanted: RankOrder, rows=ROWS, prop: PropertySpec = GAP, trust=MappingProxyType({})) -> str:
    candidates = rank_rows(rows, prop, wanted, trust)
    assert [candidate.rank for candidate in candidates] == [1, 2, 3]
    return "".join(candidate.prediction.name for candidate in candidates)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RankOrder("value"), "bca"),
        (RankOrder("value", maximise=False), "acb"),
        (RankOrder("uncertainty"), "acb"),
        (RankOrder("expected_improvement"), "bac"),
        (RankOrder("expected_improvement", maximise=False), "acb"),
    ],
)
def test_candidates_come_in_the_order_that_is_wished(wanted: RankOrder, expected: str):
    assert order(wanted) == expected


def test_the_spread_of_an_ensemble_tells_the_uncertainty():
    rows = [replace(row, spread=spread) for row, spread in ((A, 0.1), (B, 0.3), (C, 0.2))]
    assert order(RankOrder("uncertainty"), rows) == "bca"


def test_the_best_value_comes_from_the_model_where_none_is_measured_here():
    wanted = RankOrder("expected_improvement")
    assert order(wanted, [A, B, C], trust={"measured": {"lowest": 0.0, "highest": 2.5}}) == "bac"
    with pytest.raises(SettingError, match="no measured value is known"):
        rank_rows([A, B, C], GAP, wanted, {})


def test_a_bound_is_no_best_value():
    far = replace(MEASURED, measured=100.0, bound=">")
    assert order(RankOrder("expected_improvement"), [far, *ROWS]) == "bac"


def test_logarithms_are_compared_where_they_were_learned():
    sure = PredictionRow(1, "a", "sigma", None, "", 1e-3, 9e-4, 1.1e-3, "new")
    unsure = PredictionRow(2, "b", "sigma", None, "", 1e-6, 1e-9, 1e-3, "new")
    third = PredictionRow(3, "c", "sigma", None, "", 1e-2, 9e-3, 1.2e-2, "new")
    assert order(RankOrder("uncertainty"), [sure, unsure, third], SIGMA) == "bca"


def test_without_candidates_there_is_nothing_to_rank():
    assert rank_rows([MEASURED], GAP, RankOrder("value"), {}) == []
