import numpy as np

from core.evaluation.study.folds import Fold
from core.evaluation.study.lesson import Lesson


def test_bounds_can_be_taken_out():
    lesson = Lesson(
        fold=Fold(0, np.arange(4), np.arange(4, 6)),
        seed=0,
        train=np.array([0, 2, 3]),
        values=np.array([1.0, 2.0, 3.0]),
        bounds=np.array([0, -1, 0]),
        errors=np.array([0.1, np.nan, 0.3]),
        groups=("a", "b", "c"),
    )
    measured = lesson.without_bounds()
    assert measured.train.tolist() == [0, 3]
    assert measured.values.tolist() == [1.0, 3.0]
    assert measured.errors.tolist() == [0.1, 0.3]
    assert measured.groups == ("a", "c")
    assert not measured.bounds.any()
