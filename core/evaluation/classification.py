"""How well probabilities tell classes apart, and which classes are still possible at a stated level."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from core.evaluation.trust.class_sets import class_shares

_LEAST = 1e-12  # no probability counts as more certain than that


@dataclass(frozen=True)
class ClassFigures:
    """accuracy: share of the labels whose class has the highest probability.

    auc: chance that of two structures, one of a class and one not, the right one has the higher probability
    of it, the mean over classes; None where the labels are all of one class. log_loss: mean of -ln of the
    probability given to the label.
    """

    accuracy: float
    auc: float | None
    log_loss: float
    num_labels: int


def class_figures(probabilities: NDArray[np.float64], labels: NDArray[np.float64]) -> ClassFigures | None:
    """Compare probabilities with labels 0 and 1, both (N, g), the columns of one property.

    One column is the probability of class 1. NaN labels are left out; None when none is left.
    """
    known = np.isfinite(labels).all(axis=1)
    if not known.any():
        return None
    given, true = class_shares(probabilities[known]), class_shares(labels[known])
    areas = [
        float(roc_auc_score(of_class, shares))
        for shares, of_class in zip(given.T, true.T, strict=True)
        if len(np.unique(of_class)) == 2
    ]
    of_label = np.clip((given * true).sum(axis=1), _LEAST, 1.0)
    return ClassFigures(
        accuracy=float((given.argmax(axis=1) == true.argmax(axis=1)).mean()),
        auc=float(np.mean(areas)) if areas else None,
        log_loss=float(-np.log(of_label).mean()),
        num_labels=int(known.sum()),
    )
