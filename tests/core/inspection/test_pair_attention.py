from pathlib import Path

import numpy as np
import pytest

from core.inspection.from_files import EncodedFiles, encode_files
from core.inspection.pair_attention import write_pair_attention
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure
from tests.core.graphs.crystals import disordered, rock_salt
from tests.core.models import untrained_model


@pytest.fixture
def files(tmp_path: Path) -> EncodedFiles:
    for name, structure in (("a_salt", rock_salt()), ("b_disordered", disordered())):
        (tmp_path / f"{name}.cif").write_text(to_cif(structure, name), encoding="utf-8")
    return encode_files(untrained_model(), [tmp_path])


@pytest.fixture
def arrays(files: EncodedFiles, tmp_path: Path) -> dict[str, np.ndarray]:
    write_pair_attention(tmp_path / "pairs.npz", untrained_model(), files)
    with np.load(tmp_path / "pairs.npz", allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def pairs_of(arrays: dict[str, np.ndarray], structure: int) -> dict[str, np.ndarray]:
    start, end = arrays["pair_offsets"][structure : structure + 2]
    return {
        name: arrays[name][start:end] for name in ("pair_i", "pair_j", "images", "distances", "attention")
    }


@pytest.mark.parametrize("number", [0, 1])
def test_pairs_lead_to_the_sites_of_the_file(files: EncodedFiles, arrays: dict[str, np.ndarray], number: int):
    structure: Structure = files.read[number].structure
    pairs = pairs_of(arrays, number)
    coords = structure.frac_coords
    vectors = (coords[pairs["pair_j"]] + pairs["images"] - coords[pairs["pair_i"]]) @ structure.lattice
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), pairs["distances"], atol=1e-3)
    assert set(pairs["pair_i"]) == set(range(structure.num_sites))


def test_each_site_of_the_file_shares_out_all_of_its_attention(arrays: dict[str, np.ndarray]):
    for number in (0, 1):
        pairs = pairs_of(arrays, number)
        np.testing.assert_allclose(np.bincount(pairs["pair_i"], pairs["attention"][:, 0]), 1.0, atol=1e-5)


def test_structures_and_heads_are_named(arrays: dict[str, np.ndarray]):
    assert arrays["heads"].tolist() == ["attention"]
    assert len(arrays["names"]) == 2
    assert arrays["attention"].shape == (len(arrays["pair_i"]), 1)
