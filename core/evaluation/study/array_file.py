"""One array in a file of its own, such as the predictions of a cell."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import RunError
from core.jobs.atomic import write_atomically


def save_array(path: Path, values: NDArray[np.float64]) -> None:
    """Write an array in one step, with the folder it belongs in; raises DiskFull."""
    path.parent.mkdir(parents=True, exist_ok=True)

    def write(partial: Path) -> None:
        with open(partial, "wb") as file:
            np.save(file, values, allow_pickle=False)

    write_atomically(path, write)


def load_array(path: Path) -> NDArray[np.float64]:
    """Read it back; raises RunError when the file is damaged."""
    try:
        return np.asarray(np.load(path, allow_pickle=False), dtype=np.float64)
    except (OSError, ValueError, EOFError) as error:
        raise RunError(f"The file '{path}' is damaged: {error}.", "Run the study again.") from error
