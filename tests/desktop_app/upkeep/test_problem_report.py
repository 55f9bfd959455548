from pathlib import Path

import pytest

from desktop_app.notes import Note, Severity
from desktop_app.upkeep.problem_report import mask_paths, problem_report


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("'/home/ann/new battery/LiX.cif' is damaged.", "'…/LiX.cif' is damaged."),
        ('File "/opt/venv/lib/core/store/project.py", line 7', 'File "…/project.py", line 7'),
        (r"'C:\Users\Ann\oxides\project.db' is in use.", "'…/project.db' is in use."),
        ("see /data/group seven", "see …/group seven"),
        ("12/34 structures, 3 per second", "12/34 structures, 3 per second"),
        ("mJ/mol and log10(S/cm)", "mJ/mol and log10(S/cm)"),
    ],
)
def test_of_a_path_only_its_last_part_is_left(text: str, masked: str):
    assert mask_paths(text) == masked


def test_the_home_folder_is_masked_even_without_quotes():
    assert mask_paths(f"in {Path.home()}/My secret project/a.cif") == "in ~/a.cif"


def test_the_report_holds_versions_messages_and_the_end_of_the_log(tmp_path: Path):
    log = tmp_path / "siteloupe.log"
    log.write_text("\n".join(f"line {n}" for n in range(500)), encoding="utf-8")
    note = Note(Severity.ERROR, "The file '/home/ann/x.cif' is damaged.", "Choose another.")
    report = problem_report([note], log)
    assert "siteloupe " in report
    assert "error: The file '…/x.cif' is damaged. Choose another." in report
    assert "line 499" in report
    assert "line 299\n" not in report


def test_a_log_that_is_not_there_is_left_out(tmp_path: Path):
    assert problem_report([], tmp_path / "none.log").endswith("Log:\nnone\n")
