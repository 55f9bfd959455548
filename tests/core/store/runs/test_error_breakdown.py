from pathlib import Path

import numpy as np
import pytest

from core.jobs.run_folder import RunFolder
from core.store.importing.files import add_structures
from core.store.project import Project
from core.store.rows import PredictionRow
from core.store.runs.error_breakdown import break_down, mean_distances
from core.structures.reading.result import ReadStructure
from core.structures.structure import Structure


@pytest.fixture
def library(project: Project) -> Project:
    """Four crystals of one site: Li, Li, Na and K, in this order."""
    rows = [
        ReadStructure(
            f"s{k}", f"s{k}.cif", "", Structure(3.0 * np.eye(3), np.zeros((1, 3)), ({e: 1.0},)), (), b""
        )
        for k, e in enumerate(("Li", "Li", "Na", "K"))
    ]
    add_structures(project, "all", rows)
    return project


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


def row(number: int, measured: float | None, predicted: float, split: str = "test", bound: str = ""):
    return PredictionRow(number, f"s{number}", "gap", measured, bound, predicted, None, None, split)


def test_errors_have_their_sign_and_the_largest_comes_first(library: Project, run: RunFolder):
    found = break_down(
        library, run, [row(1, 1.0, 1.5), row(2, 2.0, 1.0), row(3, None, 9.0, "new")], log=False
    )
    assert [(one.prediction.structure_id, one.error) for one in found.errors] == [(2, -1.0), (1, 0.5)]
    assert found.split == "test"


def test_errors_of_a_logarithm_are_in_decades(library: Project, run: RunFolder):
    found = break_down(library, run, [row(1, 1e-3, 1e-5), row(2, 1.0, -1.0)], log=True)
    assert [one.error for one in found.errors] == pytest.approx([-2.0])


def test_limits_and_what_was_learned_from_do_not_count(library: Project, run: RunFolder):
    rows = [row(1, 1.0, 5.0, "train"), row(2, 1.0, 5.0, bound="<"), row(3, 1.0, 2.0)]
    assert [one.prediction.structure_id for one in break_down(library, run, rows, log=False).errors] == [3]


def test_without_a_test_the_validation_is_looked_at(library: Project, run: RunFolder):
    found = break_down(library, run, [row(1, 1.0, 2.0, "train"), row(2, 1.0, 2.5, "validation")], log=False)
    assert (found.split, len(found.errors)) == ("validation", 1)
    assert break_down(library, run, [row(1, 1.0, 2.0, "train")], log=False).split == ""


def test_each_element_has_the_errors_of_the_structures_that_hold_it(library: Project, run: RunFolder):
    rows = [row(1, 1.0, 2.0), row(2, 1.0, 0.0), row(3, 1.0, 4.0)]
    elements = break_down(library, run, rows, log=False).elements
    assert [(one.symbol, one.count, one.mean_absolute, one.bias) for one in elements] == [
        ("Na", 1, 3.0, 3.0),
        ("Li", 2, 1.0, 0.0),
    ]


def test_the_distance_is_that_to_what_was_learned_from(library: Project, run: RunFolder):
    crystal = np.array([[0.0], [2.0], [1.0], [7.0]], np.float32)  # the two learned from deviate by 1
    np.savez(run.embeddings_file, structure_ids=np.array([1, 2, 3, 4]), crystal=crystal)
    rows = [row(1, 1.0, 1.0, "train"), row(2, 1.0, 1.0, "train"), row(3, 1.0, 2.0), row(4, 1.0, 1.5)]
    distances = {
        one.prediction.structure_id: one.distance for one in break_down(library, run, rows, log=False).errors
    }
    assert distances == pytest.approx({3: 1.0, 4: 6.0})


def test_without_embeddings_the_distance_is_not_known(library: Project, run: RunFolder):
    rows = [row(1, 1.0, 1.0, "train"), row(3, 1.0, 2.0)]
    assert [one.distance for one in break_down(library, run, rows, log=False).errors] == [None]


def test_a_structure_of_another_project_has_no_element_and_no_distance(library: Project, run: RunFolder):
    elsewhere = PredictionRow(None, "x", "gap", 1.0, "", 2.0, None, None, "test")
    found = break_down(library, run, [elsewhere], log=False)
    assert (len(found.errors), found.elements) == (1, ())


def test_directions_are_measured_in_their_deviation():
    learned = np.array([[0.0, 0.0], [2.0, 200.0]])
    assert mean_distances(learned, np.array([[0.0, 0.0]])) == pytest.approx([np.sqrt(8) / 2])
    assert mean_distances(np.array([[1.0, 1.0]]), np.array([[4.0, 5.0]])) == pytest.approx([5.0])
