"""Deep InfoMax over each encoder, and batches for it."""

import torch
import torch.nn.functional as F

from core.config import ENCODERS, DeepInfoMaxSettings, GeometricAlgebraSettings, Settings
from core.encoders import create_encoder
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.objectives.contrast import Scores
from core.objectives.deep_infomax import DeepInfoMax
from tests.core.graphs.crystals import CRYSTALS

# As they are by default, but for one that would take half a minute.
NETWORKS = {name: model() for name, model in ENCODERS.items()}
NETWORKS["geometric_algebra"] = GeometricAlgebraSettings(blocks=1)

KINDS = ("unrelated", "donated_geometry", "donated_species", "shuffled_species")


def batch_of(settings: Settings, *names: str) -> Batch:
    return collate([build_crystal_graph(CRYSTALS[name], settings) for name in names])


def objective_for(batch: Batch, encoder_name: str, chosen: DeepInfoMaxSettings) -> DeepInfoMax:
    torch.manual_seed(0)
    num_features = batch.site_features.shape[1]
    encoder = create_encoder(encoder_name, NETWORKS[encoder_name], num_features)
    return DeepInfoMax(encoder, chosen, num_features)


def know_nothing(objective: DeepInfoMax) -> DeepInfoMax:
    """Make every score zero."""
    for scorer in (objective.local_scorer, objective.global_scorer):
        torch.nn.init.zeros_(scorer.key.out.weight)
        torch.nn.init.zeros_(scorer.key.out.bias)
    return objective


def terms_of(true: Scores, false: dict[str, Scores]) -> dict[str, torch.Tensor]:
    """The Jensen-Shannon terms of each site."""
    terms = {name: kind.mean_of(F.softplus(kind.values)) for name, kind in false.items()}
    return {"true": true.mean_of(F.softplus(-true.values)), **terms}
