import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.config import PredictSettings
from core.errors import TooFewStructures
from core.jobs.spec import PropertySpec
from core.store.project import Project
from core.store.requests.predict import create_predict_run


def test_a_prediction_run_holds_the_model_and_the_structures(library: Project, model: Path):
    run = create_predict_run(library, collection="all", model=model, settings=PredictSettings())
    assert run.spec().kind == "predict"
    assert run.start_model_file.read_bytes() == b"weights"
    assert len(list(run.structures())) == 10


def test_unit_and_scale_of_what_is_predicted_go_with_the_run(library: Project, tmp_path: Path):
    prop = {"name": "conductivity", "unit": "S/cm", "transform": "log10"}
    path = tmp_path / "another.safetensors"
    save_file({"a": np.zeros(1, np.float32)}, path, {"siteloupe": json.dumps({"properties": [prop]})})
    run = create_predict_run(library, collection="all", model=path, settings=PredictSettings())
    assert run.spec().properties == (PropertySpec(**prop),)


def test_an_empty_collection_cannot_be_predicted(library: Project, model: Path):
    library.db.table("collections").insert({"name": "empty"})
    with pytest.raises(TooFewStructures, match="'empty' is empty"):
        create_predict_run(library, collection="empty", model=model, settings=PredictSettings())
