from pathlib import Path

import pytest

from core.cli.output_file import check_output_file, check_output_folder
from core.errors import SettingError


def test_a_file_in_a_folder_that_exists_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "old.csv").touch()
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / "new.csv", tmp_path / "old.csv", Path("new.csv")):
        check_output_file(path, "--out")


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(SettingError, match=r"is a folder\. Give --out the name"):
        check_output_file(tmp_path, "--out")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(SettingError, match=r"does not exist\. Make it, or choose another --report"):
        check_output_file(tmp_path / "nowhere" / "report.csv", "--report")


def test_a_folder_may_be_there_or_be_made_in_one_that_is(tmp_path: Path):
    for path in (tmp_path, tmp_path / "new"):
        check_output_folder(path, "--out")


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match=r"is a file\. Give --out the name of a folder"):
        check_output_folder(tmp_path / "file", "--out")
    with pytest.raises(SettingError, match=r"does not exist\. Make it"):
        check_output_folder(tmp_path / "nowhere" / "folder", "--out")
