"""How well probabilities tell two classes apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score

_LEAST = 1e-12  # no probability counts as more certain than that


@dataclass(frozen=True)
class ClassFigures:
    """accuracy: share of the labels on whose side of 1/2 the probability lies.

    auc: chance that of two structures of different class the right one has the higher probability; None where
    the labels are all of one class. log_loss: mean of -ln of the probability given to the label.
    """

    accuracy: float
    auc: float | None
    log_loss: float
    num_labels: int


def class_figures(probabilities: NDArray[np.float64], labels: NDArray[np.float64]) -> ClassFigures | None:
    """Compare probabilities of class 1 with labels 0 and 1, (N,); NaN labels are left out.

    None when none is left.
    """
    known = np.isfinite(labels)
    if not known.any():
        return None
    given, true = np.clip(probabilities[known], _LEAST, 1.0 - _LEAST), labels[known]
    has_both = len(np.unique(true)) == 2
    return ClassFigures(
        accuracy=float(((given > 0.5) == (true > 0.5)).mean()),
        auc=float(roc_auc_score(true, given)) if has_both else None,
        log_loss=float(log_loss(true, given, labels=[0.0, 1.0])),
        num_labels=int(known.sum()),
    )
