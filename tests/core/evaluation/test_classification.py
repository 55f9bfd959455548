from math import log

import numpy as np
import pytest

from core.evaluation.classification import class_figures


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def test_figures_of_four_structures_by_hand():
    found = class_figures(column(0.9, 0.4, 0.6, 0.2, 0.5), column(1.0, 1.0, 0.0, 0.0, np.nan))
    assert found is not None
    assert (found.accuracy, found.num_labels) == (0.5, 4)
    assert found.auc == pytest.approx(3 / 4)
    assert found.log_loss == pytest.approx(-(log(0.9) + log(0.4) + log(0.4) + log(0.8)) / 4)


def test_one_class_alone_has_no_area_under_the_curve():
    found = class_figures(column(0.9, 0.8), column(1.0, 1.0))
    assert found is not None
    assert found.auc is None
    assert found.accuracy == 1.0


def test_a_wrong_certainty_is_a_finite_loss():
    found = class_figures(column(0.0), column(1.0))
    assert found is not None
    assert np.isfinite(found.log_loss)


def test_without_labels_there_are_no_figures():
    assert class_figures(column(0.5), column(np.nan)) is None


def test_figures_of_three_classes_by_hand():
    given = np.array([[0.5, 0.3, 0.2], [0.2, 0.7, 0.1], [0.58, 0.32, 0.1], [0.1, 0.1, 0.8]])
    known = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [np.nan] * 3])
    found = class_figures(given, known)
    assert found is not None
    assert (found.accuracy, found.num_labels) == (pytest.approx(2 / 3), 3)
    assert found.log_loss == pytest.approx(-(log(0.5) + log(0.7) + log(0.32)) / 3)
    # of the first class 0.5 lies above 0.2 but below 0.58; of the second 0.7 and 0.32 lie above 0.3
    assert found.auc == pytest.approx((1 / 2 + 1) / 2)
