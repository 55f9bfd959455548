import math
from typing import Any

import numpy as np
import pytest

from core.evaluation import baselines
from core.evaluation.report import property_report
from core.jobs.spec import PropertySpec
from core.structures.structure import Structure
from core.training.splits import Split
from core.training.targets import Targets, read_targets
from tests.core.salts import SIZE

LOG_SIZE = PropertySpec(name="size", unit="Å", transform="log10")
SPLIT = Split(train=np.arange(20), validation=np.arange(20, 26), test=np.arange(26, 32))


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "NUM_TREES", 5)


@pytest.fixture
def salts(salts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as they are once they are prepared."""
    return [{**row, "composition": Structure.from_dict(row["structure"]).composition} for row in salts]


def report(
    rows: list[dict[str, Any]],
    predicted: np.ndarray,
    prop: PropertySpec = SIZE,
    split: Split = SPLIT,
) -> dict[str, Any]:
    targets = read_targets(rows, [prop])
    return property_report(rows, [prop], targets, predicted[:, None], split, seed=0)[prop.name]


def sizes(rows: list[dict[str, Any]]) -> np.ndarray:
    return np.array([row["targets"]["size"]["value"] for row in rows])


def test_errors_are_those_of_each_split(salts: list[dict[str, Any]]):
    predicted = sizes(salts)
    predicted[20:26] += 0.25
    predicted[26:] -= 0.5
    figures = report(salts, predicted)
    assert figures["validation"]["mae"] == pytest.approx(0.25)
    assert figures["test"]["mae"] == pytest.approx(0.5)
    assert figures["num_train"] == 20
    assert (figures["validation"]["num_labels"], figures["test"]["num_labels"]) == (6, 6)


def test_the_mean_baseline_is_the_training_mean_on_the_held_out(salts: list[dict[str, Any]]):
    values = sizes(salts)
    expected = np.abs(values[26:] - values[:20].mean()).mean()
    assert report(salts, values)["test"]["mae_mean_baseline"] == pytest.approx(expected)


def test_both_baselines_stand_beside_the_network_on_both_splits(salts: list[dict[str, Any]]):
    figures = report(salts, sizes(salts))
    for split in ("validation", "test"):
        for name in ("mae_mean_baseline", "mae_forest_baseline"):
            assert 0 < figures[split][name] < 2


def test_a_held_out_label_teaches_the_baselines_nothing(salts: list[dict[str, Any]]):
    values = sizes(salts)
    before = report(salts, values)
    salts[31]["targets"]["size"]["value"] = 6e6
    after = report(salts, values)
    assert after["validation"] == before["validation"]
    for name in ("mae_mean_baseline", "mae_forest_baseline"):
        assert after["test"][name] == pytest.approx(1e6, rel=1e-4)  # one error of 6e6 among six


def test_errors_of_a_log10_property_are_in_decades(salts: list[dict[str, Any]]):
    figures = report(salts, np.log10(sizes(salts)) + 1.0, LOG_SIZE)
    assert figures["unit"] == "log10(Å)"
    assert figures["test"]["mae"] == pytest.approx(1.0)


def test_bounds_are_counted_apart(salts: list[dict[str, Any]]):
    salts[30]["targets"]["size"]["bound"] = "<"
    predicted = sizes(salts) - 0.5
    test = report(salts, predicted)["test"]
    assert (test["num_labels"], test["num_bounds"]) == (6, 1)
    assert test["mae_measured"] == pytest.approx(0.5)
    assert test["mae"] == pytest.approx(0.5 * 5 / 6)


def test_what_an_ensemble_holds_out_in_turn_has_no_figures_of_baselines_that_learned_it(
    salts: list[dict[str, Any]],
):
    shared = Split(train=np.arange(26), validation=np.arange(10, 26), test=np.arange(26, 32))
    figures = report(salts, sizes(salts) + 0.25, split=shared)
    assert figures["validation"]["mae"] == pytest.approx(0.25)
    assert "mae_forest_baseline" not in figures["validation"]
    assert figures["test"]["mae_forest_baseline"] > 0


def test_a_split_without_labels_has_no_figures(salts: list[dict[str, Any]]):
    none = np.array([], dtype=np.int64)
    figures = report(salts, sizes(salts), split=Split(np.arange(20), none, none))
    assert (figures["validation"], figures["test"]) == ({}, {})


def test_each_property_is_judged_by_its_own_labels(salts: list[dict[str, Any]]):
    values = np.stack([sizes(salts), np.full(32, math.nan)], axis=1)
    values[[0, 21, 27], 1] = 3.0
    targets = Targets(values, np.zeros((32, 2), dtype=int))
    predicted = np.stack([sizes(salts), np.full(32, 5.0)], axis=1)
    properties = [SIZE, PropertySpec(name="gap", unit="eV")]
    figures = property_report(salts, properties, targets, predicted, SPLIT, seed=0)["gap"]
    assert figures["num_train"] == 1
    assert figures["test"]["num_labels"] == 1
    assert figures["test"]["mae"] == 2.0
    assert figures["test"]["mae_mean_baseline"] == figures["test"]["mae_forest_baseline"] == 0.0
