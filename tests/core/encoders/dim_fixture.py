"""The weights and inputs of the reference Deep InfoMax model, under the names used here."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.config import DeepInfoMaxSettings, SiteNetSettings
from core.encoders import create_encoder
from core.graphs.batch import Batch
from core.objectives.deep_infomax import DeepInfoMax
from tests.core.encoders.reference_file import PARTS, ReferenceFile

# Reference module -> ours; below each stand W and b, or gamma and beta.
MODULES = {
    "local.W_x": "encoder.site_layers.site_linear",
    "local.LN_x": "encoder.site_layers.site_norm",
    "local.W_e": "encoder.site_layers.pair_linear",
    "local.LN_e": "encoder.site_layers.pair_norm",
    "local.W_w": "encoder.site_layers.attention_bond.linear",
    "local.LN_w": "encoder.site_layers.attention_norm",
    "local.W_p": "encoder.site_layers.attention_logit",
    "local.W_f1": "encoder.site_layers.value_bond.linear",
    "local.LN_f1": "encoder.site_layers.value_bond_norm",
    "local.W_f2": "encoder.site_layers.value_linear",
    "local.LN_f2": "encoder.site_layers.value_norm",
    "local.W_mu": "encoder.site_layers.embedding",
    "local.W_lv": "site_log_variance",
    "local.Q1": "local_scorer.query.hidden",
    "local.Q2": "local_scorer.query.out",
    "local.K1": "local_scorer.key.hidden",
    "local.K2": "local_scorer.key.out",
    "global.W_h1": "encoder.crystal_layers.before_pooling.0",
    "global.LN_h1": "encoder.crystal_layers.before_pooling.2",
    "global.W_h2": "encoder.crystal_layers.before_pooling.3",
    "global.LN_h2": "encoder.crystal_layers.before_pooling.5",
    "global.W_g1": "encoder.crystal_layers.after_pooling.0",
    "global.LN_g1": "encoder.crystal_layers.after_pooling.2",
    "global.W_G": "encoder.crystal_layers.embedding",
    "global.W_LV": "crystal_log_variance",
    "global.Q1": "global_scorer.query.hidden",
    "global.Q2": "global_scorer.query.out",
    "global.K1": "global_scorer.key.hidden",
    "global.K2": "global_scorer.key.out",
}
VARIANTS = [(activation, noise) for activation in ("relu", "mish") for noise in ("eps0", "eps1")]
ALL_KINDS = DeepInfoMaxSettings()


class DimFixture(ReferenceFile):
    """fixtures/dim_dev.npz: five crystals."""

    def __init__(self, shared_data: Path) -> None:
        super().__init__(shared_data / "fixtures" / "dim_dev.npz")

    def batch(self) -> Batch:
        return self.batch_of(self["in/token"])

    def noise(self, variant: str) -> tuple[Tensor, Tensor]:
        """The noise on site and on crystal embeddings of eps0 (none) or eps1."""
        factor = {"eps0": 0.0, "eps1": 1.0}[variant]
        return factor * self["in/eps_local"], factor * self["in/eps_global"]

    def order(self) -> Tensor:
        """Which pair's neighbour each pair takes where the reference permutes the padded columns."""
        counts = torch.from_numpy(self.is_pair.sum(axis=1))
        row, slot = (torch.from_numpy(index) for index in np.nonzero(self.is_pair))
        permuted = torch.from_numpy(self.arrays["in/permutation"])[slot]
        return (counts.cumsum(0) - counts)[row] + permuted % counts[row]

    def objective(
        self, activation: str, settings: DeepInfoMaxSettings = ALL_KINDS, reference_masks: bool = False
    ) -> DeepInfoMax:
        network = SiteNetSettings(local_activation=activation, vacancy_input=False)
        encoder = create_encoder("site_net", network, 9)
        objective = DeepInfoMax(encoder, settings, 9, reference_masks).double()
        weights = {ours: self[f"w/{theirs}"] for theirs, ours in self.names().items()}
        objective.load_state_dict(weights)
        return objective

    def names(self) -> dict[str, str]:
        """Every weight of the reference and its name here; two that the softmax cancels have none."""
        every = {f"{a}.{x}": f"{b}.{y}" for a, b in MODULES.items() for x, y in PARTS.items()}
        has_none = ("local.LN_w.beta", "local.W_p.b")
        return {
            theirs: ours
            for theirs, ours in every.items()
            if f"w/{theirs}" in self.arrays and theirs not in has_none
        }
