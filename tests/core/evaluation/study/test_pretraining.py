from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import TooFewStructures
from core.evaluation.study import workplace
from core.evaluation.study.folds import Fold
from core.evaluation.study.pretraining import Pretraining, pretraining_rows
from core.evaluation.study.workplace import Interrupted
from core.jobs.study_arms import Source
from core.training.model.model_file import Model, save_model
from tests.core.evaluation.study.places import FOLD, place
from tests.core.models import untrained_model

INFOMAX = Source("deep_infomax")


def same(one: Model, other: Model) -> bool:
    weights = other.encoder.state_dict()
    return all(torch.equal(tensor, weights[name]) for name, tensor in one.encoder.state_dict().items())


def test_neither_formulas_nor_duplicates_of_the_test_are_pretrained_on(tmp_path: Path):
    work = place(tmp_path)
    work.rows[25]["formula"] = work.rows[1]["formula"]
    work.rows[26]["content_hash"] = work.rows[2]["content_hash"]
    assert pretraining_rows(work, FOLD).tolist() == [k for k in range(4, 32) if k not in (25, 26)]


@pytest.mark.parametrize(
    "source",
    [
        INFOMAX,
        Source("deep_infomax_unrelated"),
        Source("deep_infomax_contrastive"),
        Source("supervised", ("other",)),
        Source("joint", ("other",)),
    ],
)
def test_an_encoder_is_pretrained_once_per_fold(tmp_path: Path, source: Source):
    pretraining = Pretraining(place(tmp_path))
    first = pretraining.start(source, FOLD, 0)
    path = pretraining.folder(source, FOLD) / "model.safetensors"
    written = path.stat().st_mtime_ns
    assert same(first, Pretraining(place(tmp_path)).start(source, FOLD, 5))
    assert path.stat().st_mtime_ns == written
    other = Fold(1, np.arange(4), np.arange(4, 22))
    assert not same(first, pretraining.start(source, other, 0))
    assert not same(first, pretraining.start(Source("random"), FOLD, 7))


def test_a_label_of_the_property_that_is_studied_changes_no_pretraining(tmp_path: Path):
    works = [place(tmp_path / name) for name in ("a", "b")]
    for row in works[1].rows:
        row["targets"]["size"]["value"] = 1e6
    sources = [INFOMAX, Source("supervised", ("other",)), Source("joint", ("other",))]
    for source in sources:
        assert same(*(Pretraining(work).start(source, FOLD, 0) for work in works))


def test_a_test_structure_changes_no_pretraining(tmp_path: Path):
    """Its graph and its label of the other property are as good as absent."""
    works = [place(tmp_path / name) for name in ("a", "b")]
    graphs = works[1].graphs_of(works[1].settings.encoder)
    for k in range(4):
        graphs[k] = graphs[20]
        works[1].rows[k]["targets"]["other"]["value"] = 1e6
    for source in (INFOMAX, Source("supervised", ("other",)), Source("joint", ("other",))):
        assert same(*(Pretraining(work).start(source, FOLD, 0) for work in works))


@pytest.mark.parametrize(
    ("source", "changes"),
    [
        (
            Source("deep_infomax_unrelated"),
            {"donated_geometry": False, "donated_species": False, "shuffled_species": False},
        ),
        (Source("deep_infomax_contrastive"), {"form": "infonce"}),
    ],
)
def test_kinds_of_deep_infomax_are_its_settings(
    tmp_path: Path, source: Source, changes: dict[str, bool | str]
):
    work = place(tmp_path / "kind")
    of_kind = Pretraining(work).start(source, FOLD, 0)
    set_so = work.settings.deep_infomax.model_copy(update=changes)
    as_set = replace(
        place(tmp_path / "set"), settings=work.settings.model_copy(update={"deep_infomax": set_so})
    )
    assert same(of_kind, Pretraining(as_set).start(INFOMAX, FOLD, 0))
    assert not same(of_kind, Pretraining(place(tmp_path / "plain")).start(INFOMAX, FOLD, 0))


def test_properties_are_learned_from_where_deep_infomax_ended(tmp_path: Path):
    """Learning so slowly that nothing is learned leaves what Deep InfoMax made."""
    work = place(tmp_path)
    infomax = Pretraining(work).start(INFOMAX, FOLD, 0)
    still = work.settings.pretraining.model_copy(update={"learning_rate": 1e-7, "weight_decay": 0.0})
    work = replace(work, settings=work.settings.model_copy(update={"pretraining": still}))
    joint = Pretraining(work).start(Source("joint", ("other",)), FOLD, 0)
    weights = joint.encoder.state_dict()
    for name, tensor in infomax.encoder.state_dict().items():
        torch.testing.assert_close(weights[name], tensor, rtol=0.0, atol=1e-5)
    assert not same(infomax, joint)


def test_random_weights_are_those_of_the_seed(tmp_path: Path):
    pretraining = Pretraining(place(tmp_path))
    first, again, other = (pretraining.start(Source("random"), FOLD, seed) for seed in (1, 1, 2))
    assert same(first, again)
    assert not same(first, other)


def test_a_model_is_taken_from_its_file(tmp_path: Path):
    save_model(tmp_path / "mine.safetensors", untrained_model())
    pretraining = Pretraining(place(tmp_path, models={"given.safetensors": tmp_path / "mine.safetensors"}))
    assert same(untrained_model(), pretraining.start(Source("model", path="given.safetensors"), FOLD, 0))


def test_a_pretraining_that_failed_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    work = place(tmp_path)
    crowded = Fold(0, np.arange(0), np.arange(22))
    for k in range(22, 32):
        work.rows[k]["formula"] = work.rows[0]["formula"]
    pretraining = Pretraining(work)
    with pytest.raises(TooFewStructures, match="Only 0 structures are left"):
        pretraining.start(INFOMAX, crowded, 0)
    monkeypatch.setattr(workplace, "train", pytest.fail)
    with pytest.raises(TooFewStructures):
        pretraining.start(INFOMAX, crowded, 0)


def test_a_stopped_pretraining_goes_on_later(tmp_path: Path):
    stopped = Pretraining(place(tmp_path, should_stop=lambda: True))
    with pytest.raises(Interrupted):
        stopped.start(INFOMAX, FOLD, 0)
    whole = Pretraining(place(tmp_path / "whole")).start(INFOMAX, FOLD, 0)
    assert same(whole, Pretraining(place(tmp_path)).start(INFOMAX, FOLD, 0))
