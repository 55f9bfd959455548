import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Siteloupe = Callable[..., Any]


@pytest.fixture
def published(shared_data: Path) -> Path:
    return shared_data / "cgcnn_pretrained" / "pretrained"


def test_a_converted_checkpoint_predicts_files_in_original_units(
    siteloupe: Siteloupe, published: Path, tmp_path: Path
):
    model, out = tmp_path / "bulk.safetensors", tmp_path / "out.csv"
    table = published / "atom_init.json"
    outcome = siteloupe(
        "convert", published / "bulk-moduli.pth.tar", "--atom-init", table, "--out", model, "--json"
    )
    assert outcome.json["property"] == "bulk_modulus"
    cif = published.parent / "dev" / "mp-136.cif"
    assert siteloupe("predict", model, cif, "--out", out).status == 0
    (row,) = csv.DictReader(out.open())
    assert float(row["bulk_modulus"]) == pytest.approx(10**2.348019599914551, rel=3e-5)  # GPa
    assert row["in_domain"] == "true"


def test_the_property_is_named_on_the_command_line(siteloupe: Siteloupe, published: Path, tmp_path: Path):
    arguments = ("--atom-init", published / "atom_init.json", "--out", tmp_path / "model.safetensors")
    outcome = siteloupe(
        "convert", published / "band-gap.pth.tar", *arguments, "--property", "gap:eV", "--json"
    )
    assert (outcome.json["property"], outcome.json["unit"]) == ("gap", "eV")


def test_what_is_no_checkpoint_is_said_in_a_sentence(siteloupe: Siteloupe, tmp_path: Path):
    path = tmp_path / "letter.pth.tar"
    path.write_text("Dear reader")
    outcome = siteloupe("convert", path, "--atom-init", path, "--out", tmp_path / "model.safetensors")
    assert outcome.status == 1
    assert "letter.pth.tar' is damaged, is no checkpoint" in outcome.err
    assert not (tmp_path / "model.safetensors").exists()
