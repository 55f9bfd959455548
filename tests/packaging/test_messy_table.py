"""The table of difficult CIFs in the documents is what the readers give today."""

import subprocess
import sys
from pathlib import Path


def test_the_committed_table_is_the_present_one(repository: Path, shared_data: Path):
    command = [sys.executable, "packaging/messy_table.py", str(shared_data / "messy_cifs")]
    made = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout
    assert made == (repository / "docs" / "messy-cifs.md").read_text()


def test_text_of_a_file_cannot_break_the_table(repository: Path, tmp_path: Path):
    (tmp_path / "a|b_<i>.cif").write_text("data_x|y\n_cell_length_a 5\n")
    command = [sys.executable, "packaging/messy_table.py", str(tmp_path)]
    made = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout
    assert made.splitlines()[-1].startswith(
        "| a\\|b\\_\\<i\\>.cif | x\\|y | refused | There are no coordinates"
    )
