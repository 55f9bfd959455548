from pathlib import Path
from typing import Any

import numpy as np

from core.training.model.domain import fit_domain
from core.training.model.model_file import Model, load_model, save_model
from core.training.model.seen import Seen, fingerprint, read_seen
from tests.core.models import GAP, untrained_model

ROWS: list[dict[str, Any]] = [
    {"formula": "NaCl", "targets": {"gap": {}}},
    {"formula": "KCl", "targets": {}},
    {"formula": "LiF", "targets": {"gap": {}, "size": {}}},
]


def test_crystals_and_labels_are_recorded_by_formula():
    seen = Seen.of_rows(ROWS, ["gap"])
    assert seen.crystals == {fingerprint(formula) for formula in ("NaCl", "KCl", "LiF")}
    assert seen.labels == {"gap": {fingerprint("NaCl"), fingerprint("LiF")}}


def test_formulas_have_fingerprints_of_their_own():
    assert len({fingerprint(f"Na{k}Cl{j}") for k in range(100) for j in range(100)}) == 10_000
    assert -(2**63) <= fingerprint("NaCl") < 2**63


def test_a_model_that_goes_on_from_another_has_seen_what_that_had():
    first, second = Seen.of_rows(ROWS[:1], ["gap"]), Seen.of_rows(ROWS[1:], ["gap", "size"])
    joined = second.joined(first)
    assert joined == Seen.of_rows(ROWS, ["gap", "size"])
    assert second.joined(None) is second


def test_the_record_is_kept_in_the_model_file(tmp_path: Path):
    seen = Seen.of_rows(ROWS, ["gap", "a/b"])
    plain = untrained_model(GAP)
    save_model(tmp_path / "model.safetensors", Model(plain.card, plain.encoder, plain.head, seen))
    model = load_model(tmp_path / "model.safetensors")
    assert model.seen == seen
    assert model.with_trust([None], [None], fit_domain([{"Na": 1.0}], np.eye(1), {})).seen == seen


def test_a_model_without_a_record_says_that_it_has_none(tmp_path: Path):
    save_model(tmp_path / "model.safetensors", untrained_model())
    assert load_model(tmp_path / "model.safetensors").seen is None
    assert read_seen({}) is None
