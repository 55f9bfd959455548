from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from core.errors import RunError
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.runs.ingest import ingest_run
from desktop_app.map.embedding_map import EmbeddingMap, PointKind, principal_plane, read_map


@pytest.fixture
def make_map(
    small_project: Path, finetuned: Callable[[Path], RunFolder]
) -> Callable[[PointKind], EmbeddingMap]:
    run = finetuned(small_project)

    def make(kind: PointKind) -> EmbeddingMap:
        with Project.open(small_project) as project:
            ingest_run(project, run)
            return read_map(project, run, kind)

    return make


def colouring(found: EmbeddingMap, name: str):
    return next(one for one in found.colourings if one.name == name)


@given(seed=st.integers(0, 2**16), count=st.integers(3, 40), width=st.integers(2, 8))
def test_the_plane_is_that_of_principal_component_analysis(seed: int, count: int, width: int):
    vectors = np.random.default_rng(seed).normal(size=(count, width)) * np.arange(1, width + 1)
    places, shares = principal_plane(vectors)
    known = PCA(2, svd_solver="full").fit(vectors)
    assert np.abs(places) == pytest.approx(np.abs(known.transform(vectors)), abs=1e-6)
    assert shares == pytest.approx(known.explained_variance_ratio_, abs=1e-9)


@pytest.mark.parametrize("vectors", [np.ones((1, 3)), np.ones((4, 3))])
def test_what_does_not_differ_lies_in_one_point(vectors: np.ndarray):
    places, shares = principal_plane(vectors)
    assert places == pytest.approx(np.zeros((len(vectors), 2)))
    assert shares == pytest.approx(np.zeros(2))


def test_one_component_makes_a_line():
    places, shares = principal_plane(np.array([[0.0], [2.0]]))
    assert places.tolist() == [[-1.0, 0.0], [1.0, 0.0]]
    assert shares.tolist() == [1.0, 0.0]


def test_crystals_one_step_apart_stay_so_on_the_map(make_map):
    found = make_map(PointKind.CRYSTALS)
    assert np.abs(np.diff(found.places[:, 0])) == pytest.approx(np.ones(12), abs=0.01)
    assert found.sites is None
    assert found.point_of(3, None) == 2
    assert found.point_of(99, None) is None


def test_crystals_can_be_coloured_by_what_is_known_of_them(make_map):
    found = make_map(PointKind.CRYSTALS)
    assert [one.name for one in found.colourings] == [
        "gap (eV)",
        "Most electronegative element",
        "Formula",
        "Density (g/cm³)",
        "Sites",
        "Predicted gap (eV)",
        "Error of gap (eV)",
        "Split",
    ]
    assert colouring(found, "gap (eV)").values[0] == pytest.approx(5.0)
    assert np.isnan(colouring(found, "gap (eV)").values[12])
    assert colouring(found, "Error of gap (eV)").values[:12] == pytest.approx(np.full(12, 0.2))
    assert colouring(found, "Most electronegative element").categories == ("Cl",)
    assert colouring(found, "Split").categories[0] == "train"
    assert found.titles[1].startswith("salt-00, Na")


def test_a_structure_that_is_not_in_the_library_has_neither_title_nor_values(make_map, small_project: Path):
    with Project.open(small_project) as project, project.transaction():
        project.db.execute("delete from structures where id = 13")
    found = make_map(PointKind.CRYSTALS)
    assert 13 not in found.titles
    names = ("gap (eV)", "Most electronegative element", "Density (g/cm³)", "Sites")
    assert all(np.isnan(colouring(found, name).values[12]) for name in names)
    assert not any(np.isnan(colouring(found, name).values[11]) for name in names)


def test_sites_know_their_crystal_and_their_element(make_map):
    found = make_map(PointKind.SITES)
    assert found.structure_ids.tolist()[:4] == [1, 1, 2, 2]
    assert found.sites is not None
    assert found.sites.tolist()[:4] == [0, 4, 0, 4]
    elements = found.colourings[0]
    assert elements.name == "Element"
    assert [elements.text_of(point) for point in (0, 1, 24)] == ["Element: Na", "Element: Cl", "Element: Na"]
    assert len(colouring(found, "gap (eV)").values) == 26


def test_equivalent_sites_share_a_point(make_map):
    found = make_map(PointKind.SITES)
    assert [found.point_of(2, site) for site in (0, 3, 4, 7)] == [2, 2, 3, 3]
    assert found.point_of(2, None) is None


def test_a_run_without_embeddings_is_told(small_project: Path, unstarted):
    with Project.open(small_project) as project, pytest.raises(RunError, match="no embeddings"):
        read_map(project, unstarted(small_project), PointKind.CRYSTALS)
