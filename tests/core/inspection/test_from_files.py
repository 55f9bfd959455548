import os
from pathlib import Path

import numpy as np
import pytest
import torch

from core.config import CGCNNSettings
from core.encoders.cgcnn import CGCNN
from core.errors import StructureError
from core.inspection.encode import encode
from core.inspection.from_files import encode_files
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure
from core.training.model.model_file import Model
from tests.core.models import GAP, graph_of, untrained_model
from tests.core.salts import rock_salt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """CIFs of NaCl and KBr, and one that is none."""
    folder = tmp_path / "cifs"
    folder.mkdir()
    for name, structure in (("KBr", rock_salt("K", "Br", 6.6)), ("NaCl", rock_salt("Na", "Cl", 5.64))):
        (folder / f"{name}.cif").write_text(to_cif(structure, name))
    (folder / "letter.cif").write_text("Dear reader, this is no crystal.")
    return folder


def test_what_can_be_read_is_encoded_and_the_rest_is_told(folder: Path):
    model = untrained_model(GAP)
    files = encode_files(model, [folder])
    assert [read.name for read in files.read] == ["KBr", "NaCl"]
    assert [Path(rejection.path).name for rejection in files.rejected] == ["letter.cif"]
    structures = [read.structure for read in files.read]
    expected = encode(model, [graph_of(structure) for structure in structures], torch.device("cpu"))
    for one, other in zip(files.encoded, expected, strict=True):
        np.testing.assert_array_equal(one.predicted, other.predicted)


def test_a_structure_that_the_network_cannot_take_is_rejected(folder: Path):
    model = untrained_model()
    limited = {**model.card.encoder_settings, "site_limit": 1}
    model.card = model.card.model_copy(update={"encoder_settings": limited})
    copper = Structure(1.805 * (1 - np.eye(3)), np.zeros((1, 3)), ({"Cu": 1.0},))
    (folder / "Cu.cif").write_text(to_cif(copper, "Cu"))
    files = encode_files(model, [folder])
    assert [read.name for read in files.read] == ["Cu"]
    reasons = {Path(rejection.path).stem: rejection.reason for rejection in files.rejected}
    assert reasons.keys() == {"KBr", "NaCl", "letter"}
    assert "2 sites, more than the 1 allowed" in reasons["NaCl"]


def test_a_structure_with_an_element_that_the_model_has_no_features_of_is_rejected(folder: Path):
    """The imported CGCNN table has no bromine; the other structure is encoded all the same."""
    settings = CGCNNSettings()
    encoder = CGCNN(settings, 104)
    vectors = encoder.site_layers.element_vectors.clone()
    vectors[34] = torch.nan
    encoder.site_layers.use_element_vectors(vectors)
    card = untrained_model().card.model_copy(
        update={"encoder": "cgcnn", "encoder_settings": settings.model_dump(), "num_features": 104}
    )
    files = encode_files(Model(card, encoder, None), [folder])
    assert [read.name for read in files.read] == ["NaCl"]
    rejected = {Path(rejection.path).stem: rejection for rejection in files.rejected}
    assert rejected["KBr"].reason == "The model has no features of Br."
    assert "Leave out" in rejected["KBr"].hint


def test_a_structure_with_an_isolated_site_is_rejected(folder: Path):
    model = untrained_model()
    settings = CGCNNSettings()
    card = model.card.model_copy(
        update={"encoder": "cgcnn", "encoder_settings": settings.model_dump(), "num_features": 104}
    )
    lonely = Structure(30.0 * np.eye(3), np.zeros((1, 3)), ({"Ar": 1.0},))
    (folder / "Ar.cif").write_text(to_cif(lonely, "Ar"))
    files = encode_files(Model(card, CGCNN(settings, 104), None), [folder])
    assert [read.name for read in files.read] == ["KBr", "NaCl"]
    rejected = {Path(rejection.path).stem: rejection for rejection in files.rejected}
    assert rejected["Ar"].reason == "Site 1 (Ar) has no neighbour within 8 angstrom."
    assert "raise 'Cutoff'" in rejected["Ar"].hint


def test_progress_counts_files(folder: Path):
    steps: list[tuple[int, int]] = []
    encode_files(untrained_model(), [folder], lambda done, total: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_nothing_usable_is_an_error_with_the_first_reason(folder: Path):
    with pytest.raises(StructureError, match=r"None of the 1 files can be used\. The first, .*letter\.cif"):
        encode_files(untrained_model(), [folder / "letter.cif"])


def test_an_empty_folder_is_an_error(tmp_path: Path):
    with pytest.raises(StructureError, match="No file with crystal structures"):
        encode_files(untrained_model(), [tmp_path])


def test_a_file_name_that_is_no_text_is_spelled_out(folder: Path):
    try:
        os.rename(folder / "KBr.cif", os.fsencode(folder) + b"/K\xffBr.cif")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    files = encode_files(untrained_model(), [folder])
    assert [read.name for read in files.read] == ["K\\udcffBr", "NaCl"]
    assert all(read.path.encode("utf-8") for read in files.read)
