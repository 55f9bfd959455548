import numpy as np
import pytest
import torch

from core.config import CGCNNSettings, GeometricAlgebraSettings
from core.encoders import create_encoder
from core.encoders.geometric_algebra.encoder import pairs_by_number
from core.graphs.batch import Batch, collate
from core.graphs.build import build_crystal_graph
from core.structures.structure import Structure
from tests.core.graphs.crystals import CRYSTALS, quartz, rotated

SETTINGS = GeometricAlgebraSettings()


def batch_of(*structures: Structure) -> Batch:
    return collate([build_crystal_graph(structure, SETTINGS) for structure in structures]).double()


def embedding(structure: Structure) -> torch.Tensor:
    torch.manual_seed(0)
    encoder = create_encoder("geometric_algebra", SETTINGS, 10).double().eval()
    with torch.no_grad():
        return encoder(batch_of(structure)).crystals[0]


def test_sites_go_together_that_have_equally_many_neighbours():
    batch = batch_of(*CRYSTALS.values())
    clouds = pairs_by_number(batch)
    assert sorted(torch.cat([pairs.flatten() for pairs in clouds]).tolist()) == list(range(batch.num_pairs))
    assert [pairs.shape[1] for pairs in clouds] == sorted({pairs.shape[1] for pairs in clouds})
    for pairs in clouds:
        sites = batch.pair_i[pairs]
        assert (sites == sites[:, :1]).all()


def test_left_handed_quartz_is_told_from_right_handed():
    left = quartz()
    right = Structure(left.lattice @ np.diag([1.0, 1.0, -1.0]), left.frac_coords, left.species)
    distances = CGCNNSettings()
    graphs = [build_crystal_graph(crystal, distances) for crystal in (left, right)]
    np.testing.assert_allclose(graphs[0].distances, graphs[1].distances, atol=1e-5)
    turned = rotated(left, np.random.default_rng(0))
    by_mirror, by_rotation = ((embedding(left) - embedding(one)).abs().max() for one in (right, turned))
    assert by_mirror > 20 * by_rotation


def test_angles_are_seen_where_distances_are_the_same():
    """A chain bent at an atom: two neighbours at the same distances, straight or at a right angle."""
    batch = batch_of(CRYSTALS["perovskite"])
    torch.manual_seed(0)
    encoder = create_encoder("geometric_algebra", SETTINGS, 10).double().eval()
    straight = encoder(batch).sites
    vectors = batch.pair_vectors.clone()
    vectors[0] = vectors[0].roll(1)
    bent = encoder(batch.map(lambda one: vectors if one is batch.pair_vectors else one)).sites
    assert (bent[0] - straight[0]).abs().max() > 1e-4
    assert torch.equal(bent[1:], straight[1:])


def test_a_batch_without_vectors_is_refused():
    batch = collate([build_crystal_graph(CRYSTALS["hcp"], CGCNNSettings())])
    encoder = create_encoder("geometric_algebra", SETTINGS, batch.site_features.shape[1])
    with pytest.raises(ValueError, match="no angles"):
        encoder(batch)
