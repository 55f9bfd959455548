import csv
from pathlib import Path

import pytest

from core.inspection.from_files import encode_files
from core.inspection.occlusion_table import write_occlusion_table
from core.structures.cif.writer import to_cif
from tests.core.graphs.crystals import rock_salt
from tests.core.models import CONDUCTIVITY, GAP, untrained_model


def test_every_site_and_every_pair_of_elements_has_a_line_for_each_output(tmp_path: Path):
    (tmp_path / "salt.cif").write_text(to_cif(rock_salt(), "salt"), encoding="utf-8")
    model = untrained_model(GAP, CONDUCTIVITY)
    files = encode_files(model, [tmp_path / "salt.cif"])
    steps = []
    write_occlusion_table(tmp_path / "out.csv", model, files, lambda done, total: steps.append((done, total)))
    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    num_sites = files.read[0].structure.num_sites
    assert [line["hidden"] for line in lines[::2]] == ["site"] * num_sites + ["Cl-Cl", "Cl-Na", "Na-Na"]
    assert [line["output"] for line in lines[:2]] == ["gap", "conductivity"]
    assert [line["unit"] for line in lines[:2]] == ["eV", "log10(S/cm)"]
    assert float(lines[0]["whole"]) == pytest.approx(files.encoded[0].predicted[0])
    assert all(float(line["change"]) != 0 for line in lines[: 2 * num_sites])
    assert steps == [(1, 1)]
