from math import log

import numpy as np
import pytest

from core.evaluation.classification import class_figures


def test_figures_of_four_structures_by_hand():
    found = class_figures(np.array([0.9, 0.4, 0.6, 0.2, 0.5]), np.array([1.0, 1.0, 0.0, 0.0, np.nan]))
    assert found is not None
    assert (found.accuracy, found.num_labels) == (0.5, 4)
    assert found.auc == pytest.approx(3 / 4)
    assert found.log_loss == pytest.approx(-(log(0.9) + log(0.4) + log(0.4) + log(0.8)) / 4)


def test_one_class_alone_has_no_area_under_the_curve():
    found = class_figures(np.array([0.9, 0.8]), np.array([1.0, 1.0]))
    assert found is not None
    assert found.auc is None
    assert found.accuracy == 1.0


def test_a_wrong_certainty_is_a_finite_loss():
    found = class_figures(np.array([0.0]), np.array([1.0]))
    assert found is not None
    assert np.isfinite(found.log_loss)


def test_without_labels_there_are_no_figures():
    assert class_figures(np.array([0.5]), np.array([np.nan])) is None
