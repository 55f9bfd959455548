import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.jobs.results.arrays import read_embeddings
from core.jobs.results.attention import AttentionArchive
from core.jobs.run_folder import RunFolder
from tests.core.salts import predict_spec, salt_rows

Rows = list[dict[str, Any]]


@pytest.fixture
def predict(
    make_run: Callable[..., RunFolder], work: Callable[[RunFolder], int]
) -> Callable[[Path, Rows], RunFolder]:
    """Applies a model to structures."""

    def do(model: Path, rows: Rows) -> RunFolder:
        run = make_run("0003-predict", predict_spec(), rows, model)
        assert work(run) == 0, run.error()
        return run

    return do


def unlabelled(rows: Rows) -> Rows:
    return [{**row, "targets": {}} for row in rows]


def lines(run: RunFolder) -> list[dict[str, str]]:
    with open(run.predictions_file, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_predictions_equal_those_that_the_training_run_wrote(
    predict: Callable[..., RunFolder], finetuned: RunFolder
):
    chosen = unlabelled(salt_rows())[3:9]  # fewer, so that batches differ
    again = lines(predict(finetuned.model_file, chosen))
    first = {row["structure_id"]: row for row in lines(finetuned)}
    assert [row["structure_id"] for row in again] == [str(row["id"]) for row in chosen]
    for row in again:
        assert (row["split"], row["measured"], row["bound"]) == ("new", "", "")
        for key in ("predicted", "lower", "upper"):
            assert float(row[key]) == pytest.approx(float(first[row["structure_id"]][key]), abs=1e-5)


def test_a_pretrained_model_gives_embeddings_and_attention_only(
    predict: Callable[..., RunFolder], pretrained: RunFolder
):
    run = predict(pretrained.model_file, unlabelled(salt_rows())[:4])
    assert not run.predictions_file.exists()
    assert AttentionArchive(run.attention_file).structure_ids == [1, 2, 3, 4]
    again, first = (read_embeddings(one.embeddings_file) for one in (run, pretrained))
    assert again is not None
    assert first is not None
    np.testing.assert_allclose(again.crystal, first.crystal[:4], atol=1e-5)


def test_the_result_counts_and_lists(predict: Callable[..., RunFolder], finetuned: RunFolder):
    rows = unlabelled(salt_rows())[:5]
    rows[2]["structure"]["species"][0] = {"Xx": 1.0}
    result = predict(finetuned.model_file, rows).result()
    assert result["metrics"] == {"num_structures": 4}
    assert [one["name"] for one in result["skipped"]] == ["LiBr-3"]


def test_one_structure_is_enough(predict: Callable[..., RunFolder], finetuned: RunFolder):
    assert len(lines(predict(finetuned.model_file, unlabelled(salt_rows())[:1]))) == 1
