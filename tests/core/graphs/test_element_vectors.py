import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError
from core.graphs.element_vectors import NUM_ELEMENTS, element_amounts, element_vectors, read_atom_init
from core.structures.structure import Structure
from tests.core.graphs.crystals import cubic, disordered, perovskite


def test_no_two_elements_have_the_same_vector():
    assert element_vectors().shape == (103, 92)
    assert len(np.unique(element_vectors(), axis=0)) == 103


def test_vectors_are_zeros_and_ones_with_one_class_of_each_property():
    vectors = element_vectors()
    assert set(np.unique(vectors)) == {0.0, 1.0}
    for start, end in ((0, 18), (18, 25), (40, 50), (50, 60), (60, 70), (70, 80), (80, 92)):
        assert (vectors[:, start:end].sum(axis=1) == 1).all()


def test_lanthanides_and_actinides_have_a_place_of_their_own():
    in_series = element_vectors()[:, 25:40]
    numbers = np.nonzero(in_series.any(axis=1))[0] + 1
    assert numbers.tolist() == [*range(57, 72), *range(89, 104)]


def test_amounts_are_shares_of_the_occupied_part():
    amounts = element_amounts(disordered(), vacancy_input=True)
    assert amounts.shape == (4, NUM_ELEMENTS + 1)
    np.testing.assert_allclose(amounts[:, :-1].sum(axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(amounts[0, [40 - 1, 73 - 1]], [0.6, 0.4], atol=1e-6)
    assert amounts[1, 3 - 1] == 1.0
    np.testing.assert_allclose(amounts[:, -1], [0.0, 0.45, 0.0, 0.0], atol=1e-6)


def test_without_vacancy_input_there_is_no_column_for_it():
    amounts = element_amounts(perovskite(), vacancy_input=False)
    assert amounts.shape == (5, NUM_ELEMENTS)
    assert sorted(np.nonzero(amounts)[1] + 1) == [8, 8, 8, 22, 38]


def test_a_site_without_occupancy_is_refused():
    structure = Structure(4 * np.eye(3), np.zeros((1, 3)), ({"Li": 0.0},))
    with pytest.raises(Exception, match="no occupancy"):
        element_amounts(structure, vacancy_input=False)


def test_the_published_table_is_read(shared_data: Path):
    table = read_atom_init(shared_data / "cgcnn_pretrained" / "pretrained" / "atom_init.json")
    assert np.isfinite(table[:100]).all()
    assert np.isnan(table[100:]).all()
    np.testing.assert_array_equal(table[57 - 1], table[58 - 1])  # lanthanum is cerium there


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not a table"),
        ("[1, 2]", "is not a table"),
        (json.dumps({"1": [0] * 91}), "the entry '1' has not 92"),
        (json.dumps({"1": [float("nan")] * 92}), "the entry '1' has not 92 finite"),
        (json.dumps({"0": [0] * 92}), "'0' is not an atomic number"),
        (json.dumps({"x": [0] * 92}), "is not a table"),
    ],
)
def test_what_is_no_table_of_vectors_is_refused(content: str, words: str, tmp_path: Path):
    path = tmp_path / "atom_init.json"
    path.write_text(content)
    with pytest.raises(ModelError, match=words):
        read_atom_init(path)


def test_a_missing_table_is_refused(tmp_path: Path):
    with pytest.raises(ModelError, match="is not a table"):
        read_atom_init(tmp_path / "atom_init.json")


def test_an_element_may_be_missing(tmp_path: Path):
    path = tmp_path / "atom_init.json"
    path.write_text(json.dumps({"1": [0] * 92, "8": [1] * 92}))
    table = read_atom_init(path)
    assert np.isfinite(table).all(axis=1).nonzero()[0].tolist() == [0, 7]


def test_amounts_choose_mean_vectors():
    mixed = cubic(3.0, [({"Zr": 0.3, "Ta": 0.3}, (0, 0, 0))])
    mean = (element_vectors()[40 - 1] + element_vectors()[73 - 1]) / 2
    np.testing.assert_allclose((element_amounts(mixed, False) @ element_vectors())[0], mean, atol=1e-6)
