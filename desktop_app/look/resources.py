"""Where the files that are shipped beside the code lie, installed, in the repository or frozen."""

from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[2] / "resources"


def resource_path(name: str) -> Path:
    """Locate a shipped file or folder, such as `web/viewer.js` or `icons`."""
    return _FOLDER / name
