"""A small learner on fixed features, as a run would keep it."""

import numpy as np

from core.evaluation.learners.fixed_features import Examples, half_way, learn_examples
from core.evaluation.learners.learned_model import LearnedCard, LearnedModel
from core.training.model.model_card import IntervalCard, Lineage, MeasuredRange
from core.training.model.seen import Seen
from tests.core.models import CONDUCTIVITY, GAP, untrained_model

WIDTH = 12  # of the embedding that the network of tests.core.models gives


def learned_model(learner: str = "ridge", *, has_network: bool = True) -> LearnedModel:
    """Two properties learned from forty examples, on numbers of the width of an embedding."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(40, WIDTH)).astype(np.float32).astype(np.float64)
    features[3, 2] = np.nan
    values = np.stack([features[:, 0] + 2.0, 3.0 * features[:, 1]], axis=1)
    values[5, 1] = np.nan
    examples = Examples(features, values, np.full_like(values, np.nan))
    card = LearnedCard(
        learner=learner,
        seed=1,
        blocks=("embedding" if has_network else "composition",),
        widths=(WIDTH,),
        properties=(GAP, CONDUCTIVITY),
        intervals=(IntervalCard(half_width=0.5), None),
        measured_ranges=(MeasuredRange(lowest=-1.0, highest=5.0), None),
        elements=("Cl", "Na"),
        num_train=40,
        lineage=Lineage(run="0001-features", kind="features", seed=1, structures_sha256=""),
    )
    probes = learn_examples(learner, examples, card.seed)(half_way(examples)).values
    seen = Seen.of_rows([{"formula": "NaCl", "targets": {"gap": {}}}], ["gap"])
    return LearnedModel(card, examples, probes, untrained_model() if has_network else None, seen)
