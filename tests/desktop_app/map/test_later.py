from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.jobs.run_folder import RunFolder
from core.jobs.spec import StartingModel
from core.store.project import Project
from desktop_app.embeddings.clusters import CLUSTER
from desktop_app.map.embedding_map import PointKind
from desktop_app.map.later import COORDINATION, DRIFT, later_colourings, work_out
from desktop_app.plots.colourings import Colouring
from desktop_app.runs.run_poller import view_run


@pytest.fixture
def runs(small_project: Path, finetuned: Callable[[Path], RunFolder]) -> list[RunFolder]:
    return [finetuned(small_project), finetuned(small_project)]


def worked_out(project_folder: Path, run: RunFolder, kind: PointKind, name: str) -> Colouring:
    with Project.open(project_folder) as project:
        return work_out(project, run, kind, name)


def change(run: RunFolder, **changes: np.ndarray) -> None:
    with np.load(run.embeddings_file) as archive:
        arrays = {name: archive[name] for name in archive.files}
    np.savez(run.embeddings_file, **{**arrays, **changes})


def test_coordination_is_offered_for_sites_and_drift_since_other_runs(runs: list[RunFolder]):
    first, second = map(view_run, runs)
    both = [first, second]
    assert later_colourings(PointKind.SITES, second, both) == [COORDINATION, CLUSTER, DRIFT + first.name]
    assert later_colourings(PointKind.CRYSTALS, first, both) == [CLUSTER, DRIFT + second.name]


def test_the_run_that_it_started_from_comes_first(
    small_project: Path, runs: list[RunFolder], finetuned: Callable[[Path], RunFolder]
):
    first, second, third = map(view_run, [*runs, finetuned(small_project)])
    assert later_colourings(PointKind.CRYSTALS, third, [first, second])[1] == DRIFT + second.name
    start = StartingModel(name=first.name, sha256="")
    third.spec = third.spec.model_copy(update={"start_from": start})
    assert later_colourings(PointKind.CRYSTALS, third, [first, second])[1] == DRIFT + first.name


def test_sites_are_coloured_by_their_bonded_neighbours(small_project: Path, runs: list[RunFolder]):
    found = worked_out(small_project, runs[0], PointKind.SITES, COORDINATION)
    assert len(found.values) == 26
    assert found.text_of(0) == found.text_of(1) == "Coordination: 6"


def test_clusters_gather_what_is_near(small_project: Path, runs: list[RunFolder]):
    groups = np.repeat(100 * np.eye(6), [3, 2, 2, 2, 2, 2], axis=0)
    change(runs[0], crystal=(groups + 0.01 * np.arange(13)[:, None]).astype(np.float32))
    found = worked_out(small_project, runs[0], PointKind.CRYSTALS, CLUSTER)
    assert len(found.categories) == 6
    assert len(set(found.values[:3])) == 1
    assert found.text_of(0) == "Cluster: cluster 1"  # the largest
    again = worked_out(small_project, runs[0], PointKind.CRYSTALS, CLUSTER)
    np.testing.assert_array_equal(found.values, again.values)


def test_what_is_all_alike_is_one_cluster(small_project: Path, runs: list[RunFolder]):
    change(runs[0], crystal=np.ones((13, 3), np.float32))
    assert worked_out(small_project, runs[0], PointKind.CRYSTALS, CLUSTER).categories == ("cluster 1",)


@pytest.mark.parametrize(("kind", "count"), [(PointKind.CRYSTALS, 13), (PointKind.SITES, 26)])
def test_the_crystal_that_moved_has_drifted_most(
    small_project: Path, runs: list[RunFolder], kind: PointKind, count: int
):
    with np.load(runs[1].embeddings_file) as archive:
        crystal, site = archive["crystal"].copy(), archive["site"].copy()
    crystal[4] += 30.0
    site[9] += 30.0  # the anion of the same crystal
    change(runs[1], crystal=crystal, site=site)
    found = worked_out(small_project, runs[1], kind, DRIFT + runs[0].name)
    assert len(found.values) == count
    assert found.values.argmax() == (4 if kind is PointKind.CRYSTALS else 9)
    assert found.name == f"Drift since {runs[0].name} (of a typical distance)"


def test_a_structure_that_the_run_before_did_not_have_has_no_drift(
    small_project: Path, runs: list[RunFolder]
):
    change(runs[0], structure_ids=np.array([*range(1, 13), 99]))
    found = worked_out(small_project, runs[1], PointKind.CRYSTALS, DRIFT + runs[0].name)
    assert np.isnan(found.values).tolist() == [False] * 12 + [True]


def test_runs_of_other_structures_cannot_be_compared(small_project: Path, runs: list[RunFolder]):
    change(runs[0], structure_ids=np.arange(100, 113))
    with pytest.raises(RunError, match="in common"):
        worked_out(small_project, runs[1], PointKind.SITES, DRIFT + runs[0].name)
