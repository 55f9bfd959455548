from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from core.config import ComputeSettings
from core.errors import RunError, StructureError, TooFewStructures
from core.graphs import build, building
from core.jobs.launcher import launch
from core.jobs.run_folder import RunFolder
from core.training.preparation import PreparedStructures, prepare
from tests.core.graphs.equal_graphs import assert_equal_graphs
from tests.core.models import SETTINGS
from tests.core.salts import pretrain_spec, rock_salt, row

COMPUTE = ComputeSettings()

MakeRun = Callable[..., RunFolder]


@pytest.fixture
def rows(salts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Four salts, the second of an element that does not exist, the third with a cell too large."""
    rows = salts[:4]
    rows[1]["structure"]["species"][0] = {"Xx": 1.0}
    sites = rows[2]["structure"]
    sites["frac_coords"] = np.linspace(0, 1, 12, endpoint=False).repeat(3).reshape(-1, 3).tolist()
    sites["species"] = [{"Li": 1 - 0.01 * k} for k in range(12)]  # no two alike
    sites["site_labels"] = []
    return rows


def prepared(
    run: RunFolder, compute: ComputeSettings = COMPUTE, unknown: frozenset[str] = frozenset()
) -> tuple[PreparedStructures, list[tuple[int, int]]]:
    steps: list[tuple[int, int]] = []
    settings = SETTINGS.model_copy(update={"site_limit": 10})
    return prepare(run, settings, compute, lambda done, total: steps.append((done, total)), unknown), steps


def test_a_structure_that_cannot_be_used_is_listed_and_the_others_go_on(
    make_run: MakeRun, rows: list[dict[str, Any]]
):
    result, steps = prepared(make_run("0001", pretrain_spec(), rows))
    assert [row["id"] for row in result.rows] == [1, 4]
    assert len(result.graphs) == 2
    assert [one.name for one in result.skipped] == [rows[1]["name"], rows[2]["name"]]
    assert "'Xx' is not an element" in result.skipped[0].reason
    assert "12 sites, more than the 10 allowed" in result.skipped[1].reason
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_structure_with_an_element_that_the_model_does_not_know_is_listed_beside_the_others(
    make_run: MakeRun, rows: list[dict[str, Any]]
):
    (unknown,) = set(rows[3]["structure"]["species"][-1]) - set(rows[0]["structure"]["species"][-1])
    result, _ = prepared(make_run("0001", pretrain_spec(), rows), unknown=frozenset({unknown, "Pu"}))
    assert [row["id"] for row in result.rows] == [1]
    assert len(result.graphs) == 1
    reasons = {one.name: one.reason for one in result.skipped}
    assert reasons[rows[3]["name"]].startswith(f"The model has no features of {unknown}. Leave out")
    assert rows[1]["name"] in reasons


def test_a_second_start_reads_the_graphs_back_and_builds_none(
    make_run: MakeRun, rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
):
    run = make_run("0001", pretrain_spec(), rows)
    first, _ = prepared(run)
    monkeypatch.setattr(build, "build_crystal_graph", None)
    second, steps = prepared(run)
    assert second.rows == first.rows
    assert second.skipped == first.skipped
    assert steps == []
    for before, after in zip(first.graphs, second.graphs, strict=True):
        assert_equal_graphs(after, before)


def test_the_number_of_features_is_that_of_a_site(make_run: MakeRun, rows: list[dict[str, Any]]):
    result, _ = prepared(make_run("0001", pretrain_spec(), rows))
    assert result.num_features == result.graphs[0].site_features.shape[1]


def test_a_run_without_a_usable_structure_says_why(make_run: MakeRun, rows: list[dict[str, Any]]):
    run = make_run("0001", pretrain_spec(), rows[1:3])
    for _ in range(2):  # built, then read back
        with pytest.raises(TooFewStructures, match="None of the 2 structures can be used: 'Xx'"):
            prepared(run)


def test_a_run_without_structures_is_refused(make_run: MakeRun):
    with pytest.raises(TooFewStructures, match="no structures"):
        prepared(make_run("0001", pretrain_spec(), []))


def test_damaged_graphs_are_a_sentence(make_run: MakeRun, rows: list[dict[str, Any]]):
    run = make_run("0001", pretrain_spec(), rows)
    run.graphs_file.write_bytes(b"PK\x03\x04 not an archive")
    with pytest.raises(RunError, match=r"graphs\.npz' cannot be read.*Delete the file"):
        prepared(run)


def test_graphs_of_other_structures_are_refused(make_run: MakeRun, rows: list[dict[str, Any]]):
    run = make_run("0001", pretrain_spec(), rows)
    prepared(run)
    run.write_job(run.spec(), rows[:2])
    with pytest.raises(RunError, match=r"graphs\.npz' was made from other structures"):
        prepared(run)


def test_another_run_of_the_project_takes_the_graphs_that_are_made(
    make_run: MakeRun, rows: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "project.db").touch()
    first, _ = prepared(make_run("0001", pretrain_spec(), rows))
    monkeypatch.setattr(building, "build_graphs", None)
    second, steps = prepared(make_run("0002", pretrain_spec(), rows[::-1] + rows[:1]))
    assert steps == []
    assert [row["id"] for row in second.rows] == [4, 1, 1]
    assert_equal_graphs(second.graphs[0], first.graphs[1])
    assert [one.reason for one in second.skipped] == [one.reason for one in first.skipped][::-1]


def test_no_more_graphs_are_kept_for_other_runs_than_the_setting_allows(
    make_run: MakeRun, rows: list[dict[str, Any]], tmp_path: Path
):
    (tmp_path / "project.db").touch()
    run = make_run("0001", pretrain_spec(), rows)
    prepared(run, ComputeSettings(graph_cache=0.0))
    assert list(run.graph_cache.rglob("*.npz")) == []
    assert run.graphs_file.exists()


def test_a_run_in_no_project_keeps_its_graphs_in_one_file_only(make_run: MakeRun, rows: list[dict[str, Any]]):
    run = make_run("0001", pretrain_spec(), rows)
    prepared(run)
    assert [path.name for path in run.path.rglob("*.npz")] == ["graphs.npz"]


def test_a_row_has_its_composition_and_not_its_sites(make_run: MakeRun, rows: list[dict[str, Any]]):
    rows[0]["structure"]["species"][0] = {"Li": 0.25, "Na": 0.5}
    result, _ = prepared(make_run("0001", pretrain_spec(), rows))
    assert result.rows[0]["composition"] == {"Li": 0.25, "Na": 0.5, "F": 1.0}
    assert "structure" not in result.rows[0]


def test_a_structure_that_cannot_be_used_is_an_error_where_the_setting_says_so(
    make_run: MakeRun, rows: list[dict[str, Any]]
):
    with pytest.raises(StructureError, match=f"'{rows[1]['name']}' cannot be used: 'Xx' is not an element"):
        prepared(make_run("0001", pretrain_spec(), rows), ComputeSettings(unusable="fail"))


def test_one_is_not_left_out_because_another_was_made_meanwhile(
    make_run: MakeRun, rows: list[dict[str, Any]], tmp_path: Path
):
    """Two runs at once, the second begun while the first is half done."""
    (tmp_path / "project.db").touch()
    runs = [make_run(name, pretrain_spec(), rows) for name in ("0001", "0002")]
    inner: list[PreparedStructures] = []

    def meanwhile(done: int, total: int) -> None:
        if done == 2:
            inner.append(prepared(runs[1])[0])

    outer = prepare(runs[0], SETTINGS.model_copy(update={"site_limit": 10}), COMPUTE, meanwhile)
    assert [row["id"] for row in outer.rows] == [row["id"] for row in inner[0].rows] == [1, 4]


def test_a_killed_preparation_goes_on_with_what_was_made(
    make_run: MakeRun, tmp_path: Path, wait_until: Callable[[Callable[[], object]], None]
):
    (tmp_path / "project.db").touch()
    run = make_run("0001", pretrain_spec(), [row(k, rock_salt("Na", "Cl", 5 + k / 1e4)) for k in range(1500)])
    child = launch(run)
    wait_until(lambda: any(run.graph_cache.rglob("*.npz")) or child.poll() is not None)
    child.kill()
    child.wait()
    assert not run.graphs_file.exists()

    steps: list[int] = []
    settings = run.spec().typed_settings()
    result = prepare(run, cast(Any, settings).encoder, COMPUTE, lambda done, total: steps.append(done))
    assert steps[0] > building.MOST_STRUCTURES  # those of a file that was there, and the first that is new
    assert len(result.graphs) == 1500
