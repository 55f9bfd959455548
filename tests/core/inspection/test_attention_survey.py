import csv
from pathlib import Path

import pytest

from core.inspection.attention_survey import survey_files, write_survey
from core.inspection.from_files import EncodedFiles, encode_files
from core.structures.cif.writer import to_cif
from tests.core.graphs.crystals import disordered, rock_salt
from tests.core.models import untrained_model


@pytest.fixture
def files(tmp_path: Path) -> EncodedFiles:
    for name, structure in (("a_salt", rock_salt()), ("b_disordered", disordered())):
        (tmp_path / f"{name}.cif").write_text(to_cif(structure, name), encoding="utf-8")
    return encode_files(untrained_model(), [tmp_path])


def test_all_attention_of_an_element_is_shared_out(files: EncodedFiles):
    survey = survey_files(untrained_model(), files)
    paid: dict[str, float] = {}
    for one in survey.element_pairs(None):
        paid[one.centre] = paid.get(one.centre, 0.0) + one.attention
    assert len(paid) >= 2
    assert paid == pytest.approx(dict.fromkeys(paid, 1.0), abs=1e-5)
    assert survey.num_structures == 2


def test_the_table_has_a_line_for_each_shell_with_pairs(files: EncodedFiles, tmp_path: Path):
    survey = survey_files(untrained_model(), files)
    write_survey(tmp_path / "survey.csv", survey)
    with open(tmp_path / "survey.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == (survey.num_pairs > 0).sum()
    assert sum(int(line["num_pairs"]) for line in lines) == survey.num_pairs.sum()
    total = sum(float(line["attention"]) * int(line["num_pairs"]) for line in lines)
    sites = sum(read.structure.num_sites for read in files.read)
    assert total == pytest.approx(sites, rel=1e-4)
    assert {line["head"] for line in lines} == {"attention"}
    assert all(float(line["distance_to"]) - float(line["distance_from"]) == 0.5 for line in lines)
