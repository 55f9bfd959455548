"""Small models with fresh weights."""

import torch

from core.config import SiteNetSettings
from core.encoders import create_encoder
from core.graphs.build import build_crystal_graph
from core.graphs.crystal_graph import CrystalGraph
from core.jobs.spec import PropertySpec
from core.objectives.supervised import PropertyHead
from core.structures.structure import Structure
from core.training.model.model_card import Lineage, ModelCard, NormaliserCard
from core.training.model.model_file import Model
from tests.core.salts import rock_salt

SETTINGS = SiteNetSettings(supercell_sites=8, hidden_width=8, site_width=4, crystal_width=4)
GAP = PropertySpec(name="gap", unit="eV")
CONDUCTIVITY = PropertySpec(name="conductivity", unit="S/cm", transform="log10")


def graph_of(structure: Structure) -> CrystalGraph:
    """The graph that the models here take."""
    return build_crystal_graph(structure, SETTINGS)


def untrained_model(*properties: PropertySpec) -> Model:
    """A model of these properties, the same at every call; without any it has no head."""
    torch.manual_seed(0)
    num_features = graph_of(rock_salt("Na", "Cl", 5.6)).site_features.shape[1]
    card = ModelCard(
        encoder="site_net",
        encoder_settings=SETTINGS.model_dump(),
        num_features=num_features,
        head_width=8,
        properties=properties,
        normalisers=(NormaliserCard(mean=-1.5, std=0.5),) * len(properties),
        elements=("Br", "Cl", "Na"),
        lineage=Lineage(run="0001-finetune", kind="finetune", seed=0, structures_sha256=""),
    )
    encoder = create_encoder("site_net", SETTINGS, num_features)
    head = PropertyHead(SETTINGS.crystal_width, 8, len(properties)) if properties else None
    return Model(card, encoder, head)
