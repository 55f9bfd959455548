"""One linear classifier for whatever describes particles, so that descriptions can be compared."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.errors import TooFewStructures
from core.evaluation.trust.bootstrap import DRAWS, Interval

_MOST_STEPS = 2000  # of the solver; it needs some tens where phases can be parted


@dataclass(frozen=True)
class Probe:
    """What a linear classifier tells apart on particles that it has not learned from.

    accuracy: mean over classes of the share that is recognised, with its 95 % interval; chance is one divided
    by the number of classes. confusion: (K, K), row k is where particles of class k went, adding up to 1.
    """

    accuracy: Interval
    confusion: NDArray[np.float64]
    class_names: tuple[str, ...]


def linear_probe(
    features: NDArray[np.floating],
    classes: NDArray[np.int64],
    class_names: tuple[str, ...],
    is_test: NDArray[np.bool_],
    groups: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> Probe:
    """Learn classes, (N,), from features, (N, F), by logistic regression, and test on the rows of `is_test`.

    Features are brought to mean 0 and variance 1 first. groups: (N,), particles that are related, such as
    those of one frame, are drawn together for the interval, a bootstrap within each class; None: each for
    itself, which makes it narrower than neighbours in one box deserve. Raises TooFewStructures where a class
    is missing on a side.
    """
    wanted = np.arange(len(class_names))
    for side, words in ((~is_test, "learn from"), (is_test, "test on")):
        missing = np.setdiff1d(wanted, classes[side])
        if missing.size:
            raise TooFewStructures(
                f"There are no particles of '{class_names[missing[0]]}' to {words}.",
                "Add frames of that class, or leave it out.",
            )
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=_MOST_STEPS))
    model.fit(features[~is_test], classes[~is_test])
    true, given = classes[is_test], model.predict(features[is_test])
    counts = np.zeros((len(wanted), len(wanted)))
    np.add.at(counts, (true, given), 1)
    confusion = counts / counts.sum(axis=1, keepdims=True)
    related = np.arange(len(true)) if groups is None else groups[is_test]
    generator = np.random.default_rng(seed)
    drawn = np.mean(
        [_drawn_shares((given == k)[true == k], related[true == k], generator) for k in wanted], axis=0
    )
    lower, upper = np.quantile(drawn, [0.025, 0.975])
    accuracy = Interval(float(np.diag(confusion).mean()), float(lower), float(upper))
    return Probe(accuracy, confusion, class_names)


def _drawn_shares(
    is_right: NDArray[np.bool_], groups: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Share that is right when groups are drawn with replacement, (DRAWS,)."""
    _, group = np.unique(groups, return_inverse=True)
    sizes, right = np.bincount(group), np.bincount(group, weights=is_right)
    shares = np.empty(DRAWS)
    for draw in range(DRAWS):
        chosen = generator.integers(len(sizes), size=len(sizes))
        shares[draw] = right[chosen].sum() / sizes[chosen].sum()
    return shares
