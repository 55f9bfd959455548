from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.evaluation.features.composition import COMPOSITION_FEATURES
from core.evaluation.features.structural import STRUCTURAL_FEATURES
from core.jobs.run_folder import RunFolder
from core.training.model.model_file import load_model
from core.worker.context import JobContext
from core.worker.description import describe
from tests.core.salts import predict_spec, salt_rows

Rows = list[dict[str, Any]]


@pytest.fixture
def context(make_run: Callable[..., RunFolder]) -> Callable[..., JobContext]:
    """A job on rows, or on five salts."""

    def make(rows: Rows | None = None) -> JobContext:
        run = make_run("0001-predict", predict_spec(), rows or salt_rows()[:5])
        return JobContext(run, lambda event: None)

    return make


def test_blocks_stand_side_by_side_in_the_order_asked_for(
    context: Callable[..., JobContext], pretrained: RunFolder
):
    network = load_model(pretrained.model_file)
    described = describe(context(), ("structure", "embedding", "composition"), network)
    assert described.widths == (len(STRUCTURAL_FEATURES), 4 + 2 * 4, len(COMPOSITION_FEATURES))
    assert described.features.shape == (5, sum(described.widths))
    np.testing.assert_array_equal(described.features[:, : described.widths[0]], described.parts[0])


def test_without_an_embedding_no_graph_is_made(context: Callable[..., JobContext]):
    job = context()
    described = describe(job, ("composition",), None)
    assert described.compositions[0].keys() == {"Li", "F"}
    assert not job.run.graphs_file.exists()
    assert not job.run.embeddings_file.exists()


def test_an_element_without_properties_is_left_out_and_named(context: Callable[..., JobContext]):
    rows = salt_rows()[:3]
    rows[1]["structure"]["species"][0] = {"Xx": 1.0}
    described = describe(context(rows), ("composition", "structure"), None)
    assert [row["id"] for row in described.rows] == [1, 3]
    assert "no features of Xx" in described.skipped[0].reason
