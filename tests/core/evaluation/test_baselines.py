from typing import Any

import numpy as np
import pytest

from core.evaluation import baselines
from core.evaluation.baselines import forest_baseline, mean_baseline
from core.evaluation.features.composition import COMPOSITION_FEATURES, composition_features
from core.structures.structure import Structure


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "NUM_TREES", 20)


@pytest.fixture
def features(salts: list[dict[str, Any]]) -> np.ndarray:
    return composition_features([Structure.from_dict(one["structure"]).composition for one in salts])


def test_the_mean_is_that_of_the_labels_that_are_there():
    assert mean_baseline(np.array([1.0, np.nan, 4.0]), 3).tolist() == [2.5, 2.5, 2.5]


def test_the_forest_sees_training_rows_only(features: np.ndarray):
    values = np.linspace(0.0, 1.0, 32)
    train = np.arange(0, 32, 2)
    first = forest_baseline(features, train, values, seed=0)
    values[1::2] = 1e9
    assert forest_baseline(features, train, values, seed=0).tolist() == first.tolist()
    assert 0.0 <= first.min() <= first.max() <= 1.0


def test_a_training_row_without_a_label_is_left_out(features: np.ndarray):
    values = np.linspace(0.0, 1.0, 32)
    values[4] = np.nan
    with_gap = forest_baseline(features, np.arange(16), values, seed=0)
    without = forest_baseline(features, np.delete(np.arange(16), 4), values, seed=0)
    assert with_gap.tolist() == without.tolist()


def test_the_forest_is_the_same_for_the_same_seed(features: np.ndarray):
    values = np.sin(np.arange(32.0))
    first, again, other = (forest_baseline(features, np.arange(20), values, seed=s) for s in (1, 1, 2))
    assert first.tolist() == again.tolist() != other.tolist()


def test_the_forest_beats_the_mean_where_composition_decides(features: np.ndarray):
    values = features[:, COMPOSITION_FEATURES.index("electronegativity, mean")]
    order = np.random.default_rng(0).permutation(32)
    train, test = order[:22], order[22:]
    errors = np.abs(forest_baseline(features, train, values, seed=0) - values)[test].mean()
    assert errors < 0.7 * np.abs(mean_baseline(values[train], 32) - values)[test].mean()


def test_of_many_rows_each_tree_draws_some_and_the_forest_still_knows(monkeypatch: pytest.MonkeyPatch):
    """A step in one of two numbers, each told six times; 500 rows of which each tree sees 50."""
    monkeypatch.setattr(baselines, "MANY_ROWS", 50)
    features = np.repeat(np.random.default_rng(0).random((500, 2)), 6, axis=1)
    values = (features[:, 0] > 0.5).astype(float)
    predicted = forest_baseline(features, np.arange(400), values, seed=0)
    assert np.abs(predicted - values)[400:].mean() < 0.1
