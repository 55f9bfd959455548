import numpy as np

from core.evaluation.study.folds import Fold
from core.evaluation.study.lesson import EntryLabels, Lesson

ENTRIES = EntryLabels(
    train=np.arange(3),
    values=np.arange(3.0),
    bounds=np.array([0, 0, 1]),
    errors=np.full(3, np.nan),
    related=np.array([7, 9, 5]),
)
LESSON = Lesson(
    fold=Fold(0, np.arange(4), np.arange(4, 6)),
    seed=0,
    train=np.array([0, 2, 3]),
    values=np.array([1.0, 2.0, 3.0]),
    bounds=np.array([0, -1, 0]),
    errors=np.array([0.1, np.nan, 0.3]),
    groups=("a", "b", "c"),
    related=np.array([7, 7, 8]),
    entries=ENTRIES,
)


def test_bounds_can_be_taken_out():
    measured = LESSON.without_bounds()
    assert measured.train.tolist() == [0, 3]
    assert measured.values.tolist() == [1.0, 3.0]
    assert measured.errors.tolist() == [0.1, 0.3]
    assert measured.groups == ("a", "c")
    assert not measured.bounds.any()
    assert measured.entries is not None
    assert measured.entries.train.tolist() == [0, 1]


def test_labels_are_held_out_with_the_entries_that_are_related_to_them():
    taught = LESSON.without(np.array([True, True, False]))
    assert (taught.train.tolist(), taught.groups, taught.related.tolist()) == ([3], ("c",), [8])
    assert taught.entries is not None
    assert taught.entries.related.tolist() == [9, 5]
    assert LESSON.without(np.zeros(3, dtype=bool)).train.tolist() == [0, 2, 3]
