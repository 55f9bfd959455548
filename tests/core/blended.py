"""A small blend of networks and a learner on composition and structure, as a run would keep it."""

from dataclasses import replace

import numpy as np
import torch

from core.evaluation.features.composition import COMPOSITION_FEATURES
from core.evaluation.features.structural import STRUCTURAL_FEATURES
from core.evaluation.learners.blended_model import BLOCKS, BlendedModel
from core.evaluation.learners.fixed_features import Examples, half_way, learn_examples
from core.training.ensemble import join_members
from core.training.model.model_file import Model
from tests.core.learned import learned_model
from tests.core.models import CONDUCTIVITY, GAP, untrained_model

WIDTHS = (len(COMPOSITION_FEATURES), len(STRUCTURAL_FEATURES))
WEIGHTS = (0.25, 0.8)


def blended_model() -> BlendedModel:
    """Two networks, the second with other weights than the first, and a ridge regression."""
    features = np.random.default_rng(0).normal(size=(20, sum(WIDTHS))).astype(np.float32).astype(np.float64)
    values = np.stack([features[:, 0] + 2.0, 3.0 * features[:, 1]], axis=1)
    examples = Examples(features, values, np.full_like(values, np.nan))
    model = learned_model(has_network=False)
    changes = {"blocks": BLOCKS, "widths": WIDTHS, "num_train": 20}
    probes = learn_examples("ridge", examples, model.card.seed)(half_way(examples)).values
    card = model.card.model_copy(update=changes)
    learned = replace(model, card=card, examples=examples, probes=probes)
    return BlendedModel(join_members([untrained_model(GAP, CONDUCTIVITY), _other()]), learned, WEIGHTS)


def _other() -> Model:
    model = untrained_model(GAP, CONDUCTIVITY)
    with torch.no_grad():
        for weights in model.encoder.parameters():
            weights += 0.1
    return model
