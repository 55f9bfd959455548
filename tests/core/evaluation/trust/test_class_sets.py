import csv
from pathlib import Path

import numpy as np
import pytest

from core.evaluation.trust.class_sets import calibrate_sets, class_shares, classes_in_set, write_classes
from core.evaluation.trust.held_out import HeldOut
from core.jobs.class_columns import class_columns
from core.jobs.spec import PropertySpec
from core.training.model.model_card import ClassSetCard
from core.training.targets import Targets

SYSTEM = PropertySpec(name="system", kind="class")
METAL = PropertySpec(name="metal", kind="class")
COLUMNS = class_columns(SYSTEM, [{"value": 0.0, "class": name} for name in ("cubic", "=odd", "trigonal")])


def targets(values: np.ndarray) -> Targets:
    return Targets(values, np.zeros(values.shape, dtype=np.int64))


def test_shares_of_a_single_column_are_those_of_both_classes():
    assert class_shares(np.array([[0.25]])).tolist() == [[0.75, 0.25]]
    assert class_shares(np.array([[0.2, 0.2, 0.0], [0.0, 0.0, 0.0]])).tolist() == [[0.5, 0.5, 0.0], [0, 0, 0]]


def test_likely_classes_are_in_the_set_and_the_most_likely_always():
    shares = np.array([[0.5, 0.4, 0.1], [0.35, 0.33, 0.32]])
    assert classes_in_set(shares, 0.6).tolist() == [[True, True, False], [True, False, False]]
    assert classes_in_set(shares, 0.0).sum(axis=1).tolist() == [1, 1]
    assert classes_in_set(shares, None).all()


def test_sets_hold_the_true_class_as_often_as_they_say():
    """Labels are drawn from the very probabilities; over many draws nine in ten sets hold theirs."""
    generator = np.random.default_rng(0)
    shares = generator.dirichlet([0.6, 0.6, 0.6], size=4000)
    labels = (generator.random(4000)[:, None] < shares.cumsum(axis=1)).argmax(axis=1)
    known = targets(np.eye(3)[labels])
    held_out = HeldOut(np.arange(2000), shares, np.full_like(shares, np.nan))
    card = calibrate_sets(COLUMNS, known, held_out, shares, np.arange(2000, 4000))["system"]
    assert (card.num_calibrated, card.num_tested) == (2000, 2000)
    assert card.coverage == pytest.approx(0.9, abs=0.03)
    assert card.mean_size is not None
    assert 1.0 <= card.mean_size < 3.0


def test_too_few_labels_calibrate_nothing():
    known = targets(np.array([[1.0], [0.0], [np.nan]]))
    held_out = HeldOut(np.arange(3), np.full((3, 1), 0.5), np.zeros((3, 1)))
    assert calibrate_sets([METAL], known, held_out, held_out.values, np.arange(0)) == {}


def test_the_table_names_the_most_likely_class_and_the_set(tmp_path: Path):
    sets = {"system": ClassSetCard(threshold=0.65)}
    values = np.array([[0.5, 0.4, 0.1, 0.2], [0.1, 0.1, 0.8, 0.9]])
    known = targets(np.array([[0.0, 1.0, 0.0, np.nan], [np.nan, np.nan, np.nan, 1.0]]))
    rows = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
    write_classes(tmp_path / "classes.csv", rows, (*COLUMNS, METAL), sets, known, values, ["test", "train"])
    with open(tmp_path / "classes.csv", newline="", encoding="utf-8") as file:
        lines = [list(line.values())[1:] for line in csv.DictReader(file)]
    assert lines == [
        ["a", "system", "cubic", "'=odd", "0.5", "'=odd | cubic", "test"],
        ["b", "system", "", "trigonal", "0.8", "trigonal", "new"],
        ["a", "metal", "", "0", "0.8", "0 | 1", "new"],
        ["b", "metal", "1", "1", "0.9", "0 | 1", "train"],
    ]


def test_without_classes_there_is_no_table(tmp_path: Path):
    rows, gap, ones = [{"id": 1, "name": "a"}], PropertySpec(name="gap"), np.ones((1, 1))
    write_classes(tmp_path / "classes.csv", rows, [gap], {}, targets(ones), ones, ["test"])
    assert not (tmp_path / "classes.csv").exists()
