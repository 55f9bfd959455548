from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.evaluation.features.structural import STRUCTURAL_FEATURES, structural_features
from core.evaluation.study.feature_table import FeatureTable
from core.structures.structure import Structure
from tests.core.evaluation.study.study_rows import study_rows

ROWS = study_rows()


def table(path: Path, rows: list[dict[str, Any]], stored: list[dict[str, Any]] = ROWS) -> FeatureTable:
    return FeatureTable(rows, lambda: stored, path, lambda done, total: None)


def test_each_row_gets_its_own_features_whatever_the_order_on_disk(tmp_path: Path):
    found = table(tmp_path / "features.npz", ROWS[:3], ROWS[::-1]).structure
    expected = [structural_features(Structure.from_dict(row["structure"])) for row in ROWS[:3]]
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_features_are_kept_for_the_next_start(tmp_path: Path):
    first = table(tmp_path / "features.npz", ROWS[:3]).structure
    np.testing.assert_array_equal(table(tmp_path / "features.npz", ROWS[:3], []).structure, first)


def test_features_of_other_structures_are_not_taken(tmp_path: Path):
    first = table(tmp_path / "features.npz", ROWS[:3]).structure
    other = table(tmp_path / "features.npz", ROWS[3:6]).structure
    assert not np.allclose(first, other)


def test_a_stop_is_heard(tmp_path: Path):
    def stop(done: int, total: int) -> None:
        raise InterruptedError

    waiting = FeatureTable(ROWS, lambda: ROWS, tmp_path / "features.npz", stop)
    with pytest.raises(InterruptedError):
        _ = waiting.structure


def test_compositions_need_no_structure(tmp_path: Path):
    bare = [{"id": 1, "composition": {"Na": 1.0, "Cl": 1.0}}]
    assert table(tmp_path / "features.npz", bare, []).composition.shape[0] == 1


def test_entries_have_the_features_that_are_known_of_them(tmp_path: Path):
    entries = [{"composition": {"Na": 1.0, "Cl": 1.0}, "space_group": 225, "cell": None}]
    found = FeatureTable(ROWS, lambda: ROWS, tmp_path / "f.npz", lambda done, total: None, entries).entries
    assert found["structure"][0, STRUCTURAL_FEATURES.index("space group")] == 225
    assert np.isnan(found["structure"][0, STRUCTURAL_FEATURES.index("density")])
    assert found["composition"].shape[0] == 1
