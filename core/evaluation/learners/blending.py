"""Averaging networks with a learner on fixed features, weighed by what neither has learned from.

The labels are dealt into K parts, related ones together. For each part k the network f_k and the learner g_k
learn from the other parts and predict part k; so every labelled structure i gets predictions f(i) and g(i) of
methods that have not seen its label. The weight is

    w = argmin over v in {0, 0.01, ..., 1} of the mean over i of e_i(v f(i) + (1 - v) g(i)),

e_i being the absolute error, zero on the allowed side of a bound; the mean is convex in v. Another structure
is predicted as

    w (f_1 + ... + f_K) / K + (1 - w) g,

g having learned from all labels: K trainings give both the weight and an ensemble of networks. That is
stacking with weights that are not negative and add up to one (Breiman 1996, Stacked regressions, section 2,
doi 10.1007/BF00117832), by absolute in place of squared error, with a committee of the networks that the
division made (Krogh and Vedelsby 1995, Neural network ensembles, cross validation, and active learning).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import TooFewStructures
from core.evaluation.metrics import bounded_errors
from core.evaluation.predictions import Told
from core.training.splits import deal_groups

WEIGHTS: Final = np.linspace(0.0, 1.0, 101)

Floats = NDArray[np.float64]


def deal_parts(groups: Sequence[str], count: int, seed: int) -> NDArray[np.int64]:
    """The part of each label, (n,); groups: what no part divides.

    Raises TooFewStructures where there are fewer groups than parts, or less than two parts.
    """
    if (found := len(set(groups))) < max(count, 2):
        raise TooFewStructures(
            f"The labels to learn from are {found} groups of related structures, too few to be dealt into "
            f"{max(count, 2)} parts: a blend cannot be weighed.",
            "Learn from more labels, or keep less together.",
        )
    return deal_groups(groups, count, seed)


def best_weight(network: Floats, learner: Floats, values: Floats, bounds: NDArray[np.int64]) -> float:
    """Share of the network in the blend with the lowest mean absolute error; all arrays are (n,).

    Of weights that are equally good the one nearest to one half, so that two equal methods count alike.
    """
    mixed = [weight * network + (1.0 - weight) * learner for weight in WEIGHTS]
    errors = np.array([bounded_errors(each, values, bounds).mean() for each in mixed])
    best = WEIGHTS[errors <= errors.min() + 1e-12 * np.abs(values).max(initial=1.0)]
    return float(best[np.abs(best - 0.5).argmin()])


def mixed(weights: Sequence[float], network: Floats, learner: Floats) -> Told:
    """Average two predictions, (C, K) or (C,) of one property, by the share of the network for each property.

    The spread is the standard deviation of the two: where they disagree, one of them is wrong.
    """
    share = np.array(weights)
    return Told(share * network + (1.0 - share) * learner, np.abs(network - learner) / np.sqrt(2.0))
