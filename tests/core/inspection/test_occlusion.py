from pathlib import Path

import numpy as np
import pytest
import torch

from core.config import (
    CGCNNSettings,
    GeometricAlgebraSettings,
    Settings,
    SiteNetMultiheadSettings,
    SiteNetSettings,
)
from core.encoders import create_encoder
from core.graphs.build import build_crystal_graph
from core.graphs.compression import compress, expand
from core.inspection.encode import encode
from core.inspection.occlusion import EMBEDDING, occlude, without_pairs, write_occlusion
from core.jobs.results.occlusion import OcclusionArchive
from core.species import main_element
from core.structures.structure import Structure
from core.training.model.model_card import Lineage, ModelCard
from core.training.model.model_file import Model
from tests.core.graphs.crystals import perovskite, quartz, rock_salt
from tests.core.models import CONDUCTIVITY, GAP, graph_of, untrained_model

CPU = torch.device("cpu")
SMALL: dict[str, Settings] = {
    "site_net": SiteNetSettings(supercell_sites=8, hidden_width=8, site_width=4, crystal_width=4),
    "site_net_multihead": SiteNetMultiheadSettings(supercell_sites=8),
    "cgcnn": CGCNNSettings(),
    "geometric_algebra": GeometricAlgebraSettings(),
}


def elements_of(structure: Structure) -> list[str]:
    return [main_element(site) for site in structure.species]


def model_without_head(name: str, structure: Structure) -> Model:
    torch.manual_seed(0)
    num_features = build_crystal_graph(structure, SMALL[name]).site_features.shape[1]
    card = ModelCard(
        encoder=name,
        encoder_settings=SMALL[name].model_dump(),
        num_features=num_features,
        elements=(),
        lineage=Lineage(run="0001-pretrain", kind="pretrain", seed=0, structures_sha256=""),
    )
    return Model(card, create_encoder(name, SMALL[name], num_features), None)


@pytest.mark.parametrize("name", SMALL)
def test_every_encoder_can_have_its_sites_hidden(name: str):
    structure = perovskite()
    model = model_without_head(name, structure)
    found = occlude(model, build_crystal_graph(structure, SMALL[name]), elements_of(structure), CPU)
    assert found.sites.shape == (structure.num_sites, 1)
    assert np.isfinite(found.sites).all()
    assert (found.sites > 1e-6).all()
    assert len(found.element_pairs) == len(found.elements) == 6
    assert np.isfinite(found.elements).sum() >= 4


@pytest.mark.parametrize("name", SMALL)
def test_equivalent_sites_matter_equally(name: str):
    structure = perovskite()
    model = model_without_head(name, structure)
    plain = expand(build_crystal_graph(structure, SMALL[name]))
    found = occlude(model, plain, elements_of(structure), CPU)
    oxygens = [n for n, symbol in enumerate(elements_of(structure)) if symbol == "O"]
    assert len(oxygens) == 3
    assert np.ptp(found.sites[oxygens]) < 1e-5
    if plain.pair_vectors is None:  # with angles nothing is merged
        merged = occlude(model, compress(plain), elements_of(structure), CPU)
        np.testing.assert_allclose(merged.sites, found.sites, atol=1e-5)
        np.testing.assert_allclose(merged.elements, found.elements, atol=1e-5)


def test_a_hidden_site_gets_no_attention_and_the_rest_is_shared_out_anew():
    graph = expand(graph_of(quartz()))
    hidden = without_pairs(graph, graph.pair_j == 2)
    assert hidden is not None
    [encoded] = encode(untrained_model(), [hidden], CPU)
    paid = np.bincount(hidden.pair_i, encoded.attention[:, 0])
    np.testing.assert_allclose(paid, 1.0, atol=1e-5)
    others = hidden.pair_i != 2
    assert 2 not in hidden.pair_j[others]
    assert (hidden.distances[~others & (hidden.pair_j == 2)] == 0).all()


def test_changes_are_those_of_the_prediction_without_the_pairs():
    model, structure = untrained_model(GAP, CONDUCTIVITY), rock_salt()
    graph = expand(graph_of(structure))
    found = occlude(model, graph_of(structure), elements_of(structure), CPU)
    symbols = np.array(elements_of(structure))
    chlorine = int(graph.site_map[np.flatnonzero(symbols == "Cl")[0]])
    hidden = without_pairs(graph, graph.pair_j == chlorine)
    assert hidden is not None
    whole, without = (one.predicted for one in encode(model, [graph, hidden], CPU))
    np.testing.assert_allclose(found.whole, whole, atol=1e-6)
    np.testing.assert_allclose(found.sites[symbols == "Cl"][0], without - whole, atol=1e-6)


def test_hiding_elements_from_each_other_cuts_both_directions():
    structure = rock_salt()
    graph = expand(graph_of(structure))
    found = occlude(untrained_model(GAP), graph, elements_of(structure), CPU)
    assert found.element_pairs == (("Cl", "Cl"), ("Cl", "Na"), ("Na", "Na"))
    hidden = without_pairs(graph, graph.pair_i != graph.pair_j)
    assert hidden is not None
    whole, without = (one.predicted for one in encode(untrained_model(GAP), [graph, hidden], CPU))
    np.testing.assert_allclose(found.elements[1], without - whole, atol=1e-6)


def test_a_site_that_would_see_nothing_makes_the_change_unknown():
    settings = SMALL["cgcnn"].model_copy(update={"neighbours": 4})
    structure = rock_salt()  # whose nearest shell is all of the other kind
    model = model_without_head("cgcnn", structure)
    found = occlude(model, build_crystal_graph(structure, settings), elements_of(structure), CPU)
    assert np.isnan(found.sites).all()
    assert np.isfinite(found.elements).ravel().tolist() == [True, False, True]
    assert found.elements[0] == pytest.approx(0.0)  # no two Cl see each other


def test_a_model_without_properties_tells_how_far_its_embedding_moves(tmp_path: Path):
    structure = rock_salt()
    model = untrained_model()
    found = occlude(model, graph_of(structure), elements_of(structure), CPU)
    write_occlusion(tmp_path / "occlusion.npz", model, [5], [found])
    archive = OcclusionArchive(tmp_path / "occlusion.npz")
    assert archive.outputs == (EMBEDDING,)
    assert archive.units == ("relative",)


def test_what_was_found_comes_back_by_structure(tmp_path: Path):
    model, crystals = untrained_model(GAP, CONDUCTIVITY), [rock_salt(), quartz()]
    maps = [occlude(model, graph_of(one), elements_of(one), CPU) for one in crystals]
    write_occlusion(tmp_path / "occlusion.npz", model, [7, 3], maps)
    archive = OcclusionArchive(tmp_path / "occlusion.npz")
    assert archive.structure_ids == [7, 3]
    assert archive.outputs == ("gap", "conductivity")
    assert archive.units == ("eV", "log10(S/cm)")
    for structure_id, one in zip((7, 3), maps, strict=True):
        read = archive.get(structure_id)
        assert read is not None
        np.testing.assert_array_equal(read.sites, one.sites)
        np.testing.assert_array_equal(read.elements, one.elements)
        np.testing.assert_array_equal(read.whole, one.whole)
        assert read.element_pairs == one.element_pairs
    assert archive.get(4) is None
