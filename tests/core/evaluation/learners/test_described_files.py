from pathlib import Path

import numpy as np
import pytest

from core.errors import StructureError
from core.evaluation.features.composition import COMPOSITION_FEATURES, composition_features
from core.evaluation.features.embedding import embedding_features
from core.evaluation.features.structural import STRUCTURAL_FEATURES
from core.evaluation.learners.described_files import describe_files
from core.structures.cif.writer import to_cif
from tests.core.models import untrained_model
from tests.core.salts import rock_salt


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for anion, edge in (("Cl", 5.64), ("Br", 5.97)):
        (tmp_path / f"Na{anion}.cif").write_text(to_cif(rock_salt("Na", anion, edge), f"Na{anion}"))
    return tmp_path


def test_blocks_stand_in_the_order_of_the_card(files: Path):
    found, features = describe_files(("structure", "embedding", "composition"), untrained_model(), [files])
    assert [one.name for one in found.read] == ["NaBr", "NaCl"]
    width = len(STRUCTURAL_FEATURES)
    assert features[:, STRUCTURAL_FEATURES.index("density")] == pytest.approx([3.21, 2.16], abs=0.02)
    embedding = embedding_features(found.graphs, found.encoded)
    np.testing.assert_array_equal(features[:, width : width + embedding.shape[1]], embedding)
    assert features.shape[1] == width + embedding.shape[1] + len(COMPOSITION_FEATURES)


def test_without_an_embedding_nothing_is_encoded(files: Path):
    found, features = describe_files(("composition",), None, [files])
    assert found.encoded == []
    amounts = [one.structure.composition for one in found.read]
    np.testing.assert_array_equal(features, composition_features(amounts))


def test_nothing_that_can_be_used_is_an_error(tmp_path: Path):
    (tmp_path / "letter.cif").write_text("Dear reader")
    with pytest.raises(StructureError, match="None of the 1 files can be used"):
        describe_files(("structure",), None, [tmp_path])
