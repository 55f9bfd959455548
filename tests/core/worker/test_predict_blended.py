import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.evaluation.file_predictions import predict_files
from core.evaluation.learners.blended_file import save_blended
from core.jobs.run_folder import RunFolder
from core.structures.cif.writer import to_cif
from core.structures.structure import Structure
from core.training.targets import to_original_scale
from tests.core.blended import blended_model
from tests.core.salts import predict_spec


def test_a_run_predicts_what_the_terminal_does(
    make_run: Callable[..., RunFolder],
    work: Callable[[RunFolder], int],
    salts: list[dict[str, Any]],
    tmp_path: Path,
):
    model, rows = blended_model(), salts[:3]
    path = tmp_path / "model.safetensors"
    save_blended(path, model)
    run = make_run("0002-predict", predict_spec(), rows, path)
    assert work(run) == 0, run.error()
    for row in rows:
        cif = to_cif(Structure.from_dict(row["structure"]), row["name"])
        (tmp_path / f"{row['id']}.cif").write_text(cif)
    _, _, there = predict_files(path, [tmp_path / f"{row['id']}.cif" for row in rows], lambda *_: None)
    with open(run.predictions_file, newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    for k, prop in enumerate(model.card.properties):
        of_run = [float(line["predicted"]) for line in lines if line["property"] == prop.name]
        of_files = to_original_scale(there.values[:, k], prop)
        assert of_run == pytest.approx(of_files.tolist(), rel=1e-3)  # a CIF has fewer digits
    assert run.embeddings_file.exists()
    assert "Learning again from 20 structures." in run.events_file.read_text(encoding="utf-8")
