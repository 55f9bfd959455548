from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.jobs.run_folder import RunFolder
from core.store.editing.structures import delete_structures
from core.store.project import Project
from desktop_app.map.alike import AlikeRow, alike


@pytest.fixture
def run(small_project: Path, finetuned: Callable[[Path], RunFolder]) -> RunFolder:
    return finetuned(small_project)


def found(project_folder: Path, run: RunFolder, *arguments: int | None) -> list[AlikeRow]:
    with Project.open(project_folder) as project:
        return alike(project, run, *arguments)


def test_the_nearest_crystals_come_first_without_the_one_asked_for(small_project: Path, run: RunFolder):
    rows = found(small_project, run, 5, None)
    assert [row.structure_id for row in rows[:2]] in ([4, 6], [6, 4])
    assert 5 not in [row.structure_id for row in rows]
    assert len(rows) == 12
    distances = [row.distance for row in rows]
    assert distances == sorted(distances)


def test_distances_are_told_beside_that_of_two_drawn_at_random(small_project: Path, run: RunFolder):
    with np.load(run.embeddings_file) as archive:
        crystal = archive["crystal"]
    apart = np.linalg.norm(crystal[:, None] - crystal, axis=2)
    rows = found(small_project, run, 1, None)
    nearest = np.sort(apart[0])[1]
    assert rows[0].distance == pytest.approx(nearest / np.sqrt((apart**2).mean()), rel=1e-4)


def test_of_each_structure_the_nearest_site_is_found(small_project: Path, run: RunFolder):
    rows = found(small_project, run, 5, 6)  # an anion
    assert len(rows) == 12
    assert {row.site for row in rows} == {4}  # the first anion of each
    assert {row.site_name for row in rows} == {"Cl5"}
    assert {row.site for row in found(small_project, run, 5, 2)} == {0}


def test_no_more_are_listed_than_were_asked_for(small_project: Path, run: RunFolder):
    assert len(found(small_project, run, 5, 6, 3)) == 3


def test_a_structure_outside_the_run_is_told(small_project: Path, run: RunFolder):
    with pytest.raises(RunError, match="did not include"):
        found(small_project, run, 99, None)


def test_what_was_deleted_since_is_left_out(small_project: Path, run: RunFolder):
    with Project.open(small_project) as project:
        delete_structures(project, [4])
    assert 4 not in [row.structure_id for row in found(small_project, run, 5, None)]
