import numpy as np
import pytest

from core.config import SupervisedSettings
from core.training.label_weights import TYPICAL_RESIDUAL, label_weights
from core.training.targets import Normaliser, Targets

NORMALISERS = [Normaliser(0.0, 2.0), Normaliser(5.0, 0.1)]
VALUES, NO_BOUNDS = np.zeros((2, 2)), np.zeros((2, 2), int)


def test_a_value_counts_by_its_error_beside_what_a_model_misses_by():
    residuals = TYPICAL_RESIDUAL * np.array([2.0, 0.1])
    errors = np.array([[residuals[0], 0.0], [np.nan, 3.0 * residuals[1]]])
    weights = label_weights(Targets(VALUES, NO_BOUNDS, errors), NORMALISERS, SupervisedSettings())
    assert weights == pytest.approx(np.array([[0.5, 1.0], [1.0, 0.1]]))


@pytest.mark.parametrize(
    ("errors", "choice"),
    [(None, "weights"), (np.full((2, 2), 9.0), "ignore"), (np.full((2, 2), np.nan), "weights")],
    ids=["no errors", "ignored", "not known"],
)
def test_without_errors_all_values_count_alike(errors: np.ndarray | None, choice: str):
    settings = SupervisedSettings(measurement_errors=choice)
    assert label_weights(Targets(VALUES, NO_BOUNDS, errors), NORMALISERS, settings).tolist() == [
        [1, 1],
        [1, 1],
    ]
