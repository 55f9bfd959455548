"""The weights and inputs of the reference supervised Site-Net, under the names used here."""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from core.config import SiteNetMultiheadSettings
from core.encoders.site_net_multihead import SiteNetMultihead
from core.graphs.batch import Batch
from core.graphs.element_vectors import NUM_ELEMENTS
from core.objectives.supervised import PropertyHead
from tests.core.encoders.reference_file import PARTS, ReferenceFile

SETTINGS = SiteNetMultiheadSettings(element_values="raw", vacancy_input=False)
# Reference module -> ours; below each stand W and b, or gamma and beta. Those of the last block that
# update pairs (W_i, LN_i) are of no use there, and we have none.
_OF_BLOCK = {
    "W_w": "attention_bond.linear",
    "LN_w": "attention_norm",
    "W_p": "attention_logit",
    "W_f": "value_bond.linear",
    "LN_f": "value_norm",
    "W_s": "site_linear",
    "LN_s": "site_norm",
    "W_i": "pair_bond.linear",
    "LN_i": "pair_norm",
}
MODULES = {
    "W_x": "site_layers.site_linear",
    "LN_x": "site_layers.site_norm",
    "W_e": "site_layers.pair_linear",
    "LN_e": "site_layers.pair_norm",
    **{f"block1.{theirs}": f"site_layers.blocks.0.{ours}" for theirs, ours in _OF_BLOCK.items()},
    **{f"block2.{theirs}": f"site_layers.blocks.1.{ours}" for theirs, ours in list(_OF_BLOCK.items())[:7]},
    "W_pre": "site_layers.embedding",
    "LN_pre": "site_layers.embedding_norm",
    "W_post1": "crystal_layers.layers.0",
    "LN_post1": "crystal_layers.layers.2",
    "W_post2": "crystal_layers.layers.3",
    "LN_post2": "crystal_layers.layers.5",
    "W_post3": "crystal_layers.layers.6",
    "LN_post3": "crystal_layers.layers.8",
    "W_o": "head.layers.1",
}
# What the reference adds to all logits of a site alike, so that the softmax cancels it; we have none.
CANCELLED = ("LN_w.beta", "W_p.b")
# What the reference takes a bohr for: "angstrom star" in place of angstrom.
REFERENCE_BOHR_PER_ANGSTROM = 1.8897543773133647


class MultiheadFixture(ReferenceFile):
    """fixtures/sitenet_dev.npz: four crystals."""

    def __init__(self, shared_data: Path) -> None:
        super().__init__(shared_data / "fixtures" / "sitenet_dev.npz")

    def batch(self) -> Batch:
        atomic_numbers = torch.from_numpy(self.arrays["in/Z"]).long()
        return self.batch_of(F.one_hot(atomic_numbers - 1, NUM_ELEMENTS).double())

    def network(self) -> nn.ModuleDict:
        """Encoder and head with the reference's weights and element properties."""
        encoder = SiteNetMultihead(SETTINGS, NUM_ELEMENTS)
        head = PropertyHead(encoder.crystal_width, 0, 1, encoder.head_activation)
        network = nn.ModuleDict({"encoder": encoder, "head": head}).double()
        weights = {ours: self[f"w/{theirs}"] for theirs, ours in self.names().items()}
        weights["encoder.site_layers.elements.table.weight"] = self["w/Emb"][1 : 1 + NUM_ELEMENTS]
        properties = network.state_dict()["encoder.site_layers.elements.properties"].clone()
        properties[torch.from_numpy(self.arrays["in/Z"]).long() - 1, :8] = self["in/features"]
        weights["encoder.site_layers.elements.properties"] = properties
        network.load_state_dict(weights)
        return network

    def names(self) -> dict[str, str]:
        """Every weight of the reference but the element embedding, and its name here."""
        named = {
            theirs: ours if ours.startswith("head.") else f"encoder.{ours}"
            for theirs, ours in MODULES.items()
        }
        every = {f"{a}.{x}": f"{b}.{y}" for a, b in named.items() for x, y in PARTS.items()}
        return {
            theirs: ours
            for theirs, ours in every.items()
            if f"w/{theirs}" in self.arrays and not theirs.endswith(CANCELLED)
        }
