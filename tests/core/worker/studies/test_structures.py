from collections.abc import Callable
from typing import Any

import pytest

from core.jobs.run_folder import RunFolder
from core.jobs.study_texts import parse_arms
from core.training.model.model_file import save_model
from core.worker.context import JobContext
from core.worker.studies.structures import read_structures
from tests.core.models import SETTINGS, untrained_model
from tests.core.worker.studies.test_study import study_spec

MakeRun = Callable[..., RunFolder]
Rows = list[dict[str, Any]]


@pytest.fixture
def rows(salts: Rows) -> Rows:
    return [{**row, "part": "learn"} for row in salts]


def context(make_run: MakeRun, rows: Rows, arms: str, changes: dict[str, Any] | None = None) -> JobContext:
    return JobContext(make_run("0001", study_spec(arms, changes), rows), lambda event: None)


def test_without_a_network_no_graph_is_made(make_run: MakeRun, rows: Rows):
    job = context(make_run, rows, "mean, boosting")
    found = read_structures(job, parse_arms("mean, boosting"))
    assert (len(found.rows), found.graphs, found.skipped) == (32, {}, [])
    assert found.rows[0]["composition"] == {"Li": 1.0, "F": 1.0}
    assert "structure" not in found.rows[0]


def test_a_structure_that_one_network_cannot_take_is_left_out_for_all(make_run: MakeRun, rows: Rows):
    large = rows[0]["structure"]
    large["frac_coords"] = [[k / 4, 0.3, 0.3] for k in range(4)]
    large["species"] = [{"Li": 1.0}, {"F": 1.0}, {"Na": 1.0}, {"F": 1.0}]
    job = context(make_run, rows, "scratch", {"encoder.site_limit": 3})
    found = read_structures(job, parse_arms("mean, scratch"))
    assert [one.name for one in found.skipped] == [rows[0]["name"]]
    assert len(found.rows) == len(found.graphs_of(job.settings.encoder)) == 31


def test_each_encoder_gets_graphs_of_its_own_settings(make_run: MakeRun, rows: Rows):
    arms = "scratch, model:x"
    job = context(make_run, rows, arms, {"encoder.supercell_sites": 16})
    (job.run.path / "models").mkdir()
    save_model(job.run.path / "models" / "00.safetensors", untrained_model())
    found = read_structures(job, parse_arms(arms))
    own, other = found.graphs_of(job.settings.encoder), found.graphs_of(SETTINGS)
    assert len(own) == len(other) == 32
    assert own[0].num_pairs > other[0].num_pairs
