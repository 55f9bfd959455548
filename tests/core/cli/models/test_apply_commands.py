import csv
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.jobs.run_folder import RunFolder
from core.store.requests.shipped_models import Description
from core.structures.cif.writer import to_cif
from core.training.model.model_file import load_model, save_model
from tests.core.models import CONDUCTIVITY, untrained_model
from tests.core.salts import rock_salt
from tests.core.shipped import ship_header

Siteloupe = Callable[..., Any]

PREDICT = ("predict", "{model}", "{files}", "--out", "{}/out.csv")


@pytest.fixture
def structures(tmp_path: Path, salt_files: Path) -> Path:
    """NaCl, CsCl (of an element that no salt here has), and a file that is none."""
    folder = tmp_path / "new structures"
    folder.mkdir()
    shutil.copy(salt_files / "salts" / "NaCl.cif", folder)
    (folder / "CsCl.cif").write_text(to_cif(rock_salt("Cs", "Cl", 6.9), "CsCl"))
    (folder / "letter.cif").write_text("Dear reader")
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_predictions_are_a_table_in_original_units(
    siteloupe: Siteloupe, finetuned: RunFolder, structures: Path, tmp_path: Path
):
    out = tmp_path / "out.csv"
    outcome = siteloupe("predict", finetuned.path, structures, "--out", out, "--json")
    assert outcome.status == 0, outcome.err
    cesium, sodium = table(out)
    own = ["size", "size_lower", "size_upper"]
    assert list(sodium) == ["id", "path", *own, "in_domain", "reasons", "interval_level"]
    assert (sodium["interval_level"], sodium["reasons"]) == ("0.9", "")
    assert "no training structure has Cs" in cesium["reasons"]
    assert (sodium["id"], sodium["in_domain"]) == ("NaCl", "true")
    assert (cesium["id"], cesium["in_domain"]) == ("CsCl", "false")
    assert sodium["path"] == str(structures / "NaCl.cif")
    assert float(sodium["size_lower"]) < float(sodium["size"]) < float(sodium["size_upper"])


def test_intervals_state_their_level_and_what_was_covered(
    siteloupe: Siteloupe, finetuned: RunFolder, structures: Path, tmp_path: Path
):
    arguments = ("predict", finetuned.path, structures, "--out", tmp_path / "out.csv")
    words = " ".join(siteloupe(*arguments).out.split())
    assert "size: 90 % intervals, one width for all, from 10 held-out values" in words
    assert "of 6 test values lie within" in words
    assert "1 of 2 structures are unlike those" in words
    told = siteloupe(*arguments, "--json").json
    assert told["num_out_of_domain"] == 1
    assert told["trust"]["size"]["interval"]["level"] == 0.9


def test_predictions_can_be_written_for_programs(
    siteloupe: Siteloupe, finetuned: RunFolder, structures: Path, tmp_path: Path
):
    out = tmp_path / "out.json"
    assert siteloupe("predict", finetuned.path, structures, "--out", out).status == 0
    cesium, sodium = json.loads(out.read_text(encoding="utf-8"))
    assert sodium["size_lower"] < sodium["size"] < sodium["size_upper"]
    assert (cesium["in_domain"], sodium["in_domain"]) == ("false", "true")


@pytest.mark.parametrize(("options", "order"), [((), -1), (("--minimize",), 1)])
def test_the_most_promising_candidate_comes_first(
    siteloupe: Siteloupe,
    finetuned: RunFolder,
    salt_files: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    order: int,
):
    out = tmp_path / "out.csv"
    for criterion, column in (("value", "size"), ("expected_improvement", "score")):
        arguments = ("predict", finetuned.path, salt_files / "salts", "--out", out, "--rank", criterion)
        outcome = siteloupe(*arguments, *options)
        assert outcome.status == 0, outcome.err
        assert f"First by {criterion.replace('_', ' ')}" in outcome.out
        rows = table(out)
        assert [row["rank"] for row in rows] == [str(n) for n in range(1, 33)]
        values = [float(row[column]) for row in rows]
        assert values == sorted(values, reverse=order < 0 or criterion != "value")


def test_what_the_model_has_learned_before_is_said_beside_its_predictions(
    siteloupe: Siteloupe, finetuned: RunFolder, salt_files: Path, tmp_path: Path
):
    outcome = siteloupe("predict", finetuned.path, salt_files / "salts", "--out", tmp_path / "out.csv")
    assert "has learned 'size' for the formulas of 22 of the 32 structures" in " ".join(outcome.out.split())


def test_a_shipped_model_is_called_by_its_name(
    siteloupe: Siteloupe, finetuned: RunFolder, structures: Path, tmp_path: Path, shipped_folder: Path
):
    shutil.copyfile(finetuned.model_file, shipped_folder / "salts.safetensors")
    ship_header(shipped_folder, "other")
    unnamed = siteloupe("embed", "salts", structures, "--out", tmp_path / "out.csv")
    assert "There is no model at 'salts'" in unnamed.err
    description = Description(title="Salts", learned_from="32 salts").model_dump_json()
    model = load_model(finetuned.model_file)
    save_model(shipped_folder / "salts.safetensors", model, {"shipped": description})
    named = siteloupe("embed", "salts", structures, "--out", tmp_path / "out.csv")
    assert named.status == 0, named.err


def test_a_model_predicts_files_as_it_predicted_the_same_structures_in_its_run(
    siteloupe: Siteloupe, finetuned: RunFolder, structures: Path, tmp_path: Path
):
    out = tmp_path / "out.csv"
    siteloupe("predict", finetuned.model_file, structures / "NaCl.cif", "--out", out)
    (row,) = table(out)
    in_run = next(line for line in table(finetuned.predictions_file) if line["name"] == "NaCl-6")
    for here, there in (("size", "predicted"), ("size_lower", "lower"), ("size_upper", "upper")):
        assert float(row[here]) == pytest.approx(float(in_run[there]), abs=1e-5)


def test_what_could_not_be_predicted_is_listed(
    siteloupe: Siteloupe, finetuned: RunFolder, structures: Path, tmp_path: Path
):
    arguments = ("predict", finetuned.path, structures, "--out", tmp_path / "out.csv")
    outcome = siteloupe(*arguments, "--json").json
    assert outcome["num_structures"] == 2
    assert [Path(one["path"]).name for one in outcome["rejected"]] == ["letter.cif"]
    people = siteloupe(*arguments).out
    assert "Wrote 2 structures" in people
    assert "1 could not be used" in people
    assert "letter.cif: " in people


def test_a_model_of_a_logarithm_predicts_positive_values_and_empty_intervals(
    siteloupe: Siteloupe, structures: Path, tmp_path: Path
):
    save_model(tmp_path / "model.safetensors", untrained_model(CONDUCTIVITY))
    out = tmp_path / "out.csv"
    assert siteloupe("predict", tmp_path / "model.safetensors", structures, "--out", out).status == 0
    for row in table(out):
        assert 1e-4 < float(row["conductivity"]) < 1.0  # 10 to the power of -1.5 and some
        assert row["conductivity_lower"] == row["conductivity_upper"] == ""


def test_names_that_a_spreadsheet_would_run_are_defused(
    siteloupe: Siteloupe, structures: Path, tmp_path: Path
):
    prop = CONDUCTIVITY.model_copy(update={"name": "=1+1"})
    save_model(tmp_path / "model.safetensors", untrained_model(prop))
    (structures / "NaCl.cif").rename(structures / "=cmd.cif")
    out = tmp_path / "out.csv"
    assert siteloupe("predict", tmp_path / "model.safetensors", structures, "--out", out).status == 0
    assert "'=cmd" in [row["id"] for row in table(out)]
    cells = [cell for line in csv.reader(out.read_text().splitlines()) for cell in line]
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


def test_crystal_embeddings_are_a_row_each(
    siteloupe: Siteloupe, pretrained: RunFolder, structures: Path, tmp_path: Path
):
    out = tmp_path / "out.csv"
    assert siteloupe("embed", pretrained.path, structures, "--out", out).status == 0
    rows = table(out)
    assert [row["id"] for row in rows] == ["CsCl", "NaCl"]
    assert list(rows[0]) == ["id", "path", "e0", "e1", "e2", "e3"]
    assert np.isfinite([float(row["e3"]) for row in rows]).all()


def test_site_embeddings_are_a_row_for_each_site_of_the_file(
    siteloupe: Siteloupe, pretrained: RunFolder, structures: Path, tmp_path: Path
):
    out = tmp_path / "out.csv"
    assert siteloupe("embed", pretrained.path, structures, "--level", "site", "--out", out).status == 0
    rows = table(out)
    keys = [(row["id"], row["site"], row["label"]) for row in rows]
    assert keys == [("CsCl", "0", "Cs1"), ("CsCl", "1", "Cl2"), ("NaCl", "0", "Na1"), ("NaCl", "1", "Cl2")]
    assert rows[0]["e0"] != rows[1]["e0"]


def test_embeddings_as_arrays_carry_the_names(
    siteloupe: Siteloupe, pretrained: RunFolder, structures: Path, tmp_path: Path
):
    out = tmp_path / "out.npz"
    assert siteloupe("embed", pretrained.path, structures, "--out", out).status == 0
    with np.load(out, allow_pickle=False) as arrays:
        assert arrays["names"].tolist() == ["CsCl", "NaCl"]
        assert arrays["crystal"].shape == (2, 4)
        assert arrays["site_offsets"].tolist() == [0, 2, 4]


def test_attention_is_averaged_by_element_pair_and_distance(
    siteloupe: Siteloupe, pretrained: RunFolder, structures: Path, tmp_path: Path
):
    out = tmp_path / "out.csv"
    assert siteloupe("attention", pretrained.path, structures, "--out", out).status == 0
    rows = table(out)
    assert {("Na", "Cl"), ("Cl", "Cs")} <= {(row["from"], row["to"]) for row in rows}
    paid = sum(float(row["attention"]) * int(row["num_pairs"]) for row in rows if row["from"] == "Na")
    assert paid == pytest.approx(1.0, abs=1e-4)


def test_hidden_sites_change_the_prediction(
    siteloupe: Siteloupe, finetuned: RunFolder, structures: Path, tmp_path: Path
):
    out = tmp_path / "out.csv"
    assert siteloupe("occlude", finetuned.path, structures, "--out", out, "--json").status == 0
    rows = [row for row in table(out) if row["id"] == "NaCl"]
    assert [row["hidden"] for row in rows] == ["site", "site", "Cl-Cl", "Cl-Na", "Na-Na"]
    assert [row["label"] for row in rows[:2]] == ["Na1", "Cl2"]
    assert {row["output"] for row in rows} == {"size"}
    assert all(float(row["change"]) != 0 for row in rows[:2])


def test_attention_is_written_pair_by_pair(
    siteloupe: Siteloupe, pretrained: RunFolder, structures: Path, tmp_path: Path
):
    out = tmp_path / "out.npz"
    assert siteloupe("attention", pretrained.path, structures, "--out", out, "--json").status == 0
    with np.load(out, allow_pickle=False) as arrays:
        start, end = arrays["pair_offsets"][:2]
        sums = np.bincount(arrays["pair_i"][start:end], arrays["attention"][start:end, 0])
        np.testing.assert_allclose(sums, 1.0, atol=1e-5)


def test_a_pretrained_model_predicts_nothing_and_says_so(
    siteloupe: Siteloupe, pretrained: RunFolder, structures: Path, tmp_path: Path
):
    outcome = siteloupe("predict", pretrained.path, structures, "--out", tmp_path / "out.csv")
    assert outcome.status == 1
    assert "has learned no property. Fine-tune it first." in outcome.err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("predict", "none.safetensors", "{files}", "--out", "{}/out.csv"), "There is no model at"),
        (("predict", "{files}", "{files}", "--out", "{}/out.csv"), "There is no model at"),
        (("predict", "{files}/letter.cif", "{files}", "--out", "{}/out.csv"), "is not a model file"),
        (("predict", "{model}", "{files}/letter.cif", "--out", "{}/out.csv"), "None of the 1 files"),
        (("predict", "{model}", "{files}", "--out", "{}/nowhere/out.csv"), "The folder of"),
        (("predict", "{model}", "{files}", "--out", "{files}"), "is a folder. Give --out the name"),
        (("predict", "{model}", "{files}", "--out", "{}/out.xlsx"), "is no format for predictions"),
        ((*PREDICT, "--rank", "uncertainty"), "equally uncertain"),
        ((*PREDICT, "--rank", "value", "--property", "gap"), "property 'gap'"),
        (("embed", "{model}", "{files}", "--out", "{}/out.xlsx"), "is no format for embeddings"),
        (("attention", "{model}", "{}/nowhere", "--out", "{}/out.npz"), "None of the 1 files"),
    ],
)  # fmt: skip
def test_what_does_not_work_is_one_line(
    siteloupe: Siteloupe,
    finetuned: RunFolder,
    structures: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    sentence: str,
):
    places = {"{files}": structures, "{model}": finetuned.model_file, "{}": tmp_path}
    filled = []
    for argument in arguments:
        for place, path in places.items():
            argument = argument.replace(place, str(path))
        filled.append(argument)
    outcome = siteloupe(*filled, "--json")
    assert outcome.status == 1
    assert outcome.out == ""
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_file_name_that_is_no_text_is_written_in_escapes(
    siteloupe: Siteloupe, finetuned: RunFolder, structures: Path, tmp_path: Path
):
    try:
        os.rename(structures / "NaCl.cif", os.fsencode(structures) + b"/Na\xffCl.cif")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    outcome = siteloupe("predict", finetuned.path, structures, "--out", tmp_path / "out.csv")
    assert outcome.status == 0, outcome.err
    assert [row["id"] for row in table(tmp_path / "out.csv")] == ["CsCl", "Na\\udcffCl"]
