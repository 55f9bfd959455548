"""Checking where a command is to write, before it works for an hour."""

from pathlib import Path

from core.errors import SettingError


def check_output_folder(path: Path, option: str) -> None:
    """Raise SettingError when no folder can be made at `path`, which was given with `option`."""
    if path.exists() and not path.is_dir():
        raise SettingError(f"'{path}' is a file.", f"Give {option} the name of a folder.")
    if not path.absolute().parent.is_dir():
        raise SettingError(f"The folder of '{path}' does not exist.", f"Make it, or choose another {option}.")


def check_output_file(path: Path, option: str) -> None:
    """Raise SettingError when no file can be made at `path`, which was given with `option`."""
    if path.is_dir():
        raise SettingError(f"'{path}' is a folder.", f"Give {option} the name of a file.")
    if not path.absolute().parent.is_dir():
        raise SettingError(f"The folder of '{path}' does not exist.", f"Make it, or choose another {option}.")
