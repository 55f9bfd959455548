from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.evaluation.study.array_file import load_array, save_array


def test_an_array_comes_back_from_a_folder_that_is_made_for_it(tmp_path: Path):
    values = np.array([[1.5, np.nan], [-0.0, 1e300]])
    save_array(tmp_path / "new" / "a.npy", values)
    np.testing.assert_array_equal(load_array(tmp_path / "new" / "a.npy"), values)


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes):
    path = tmp_path / "a.npy"
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"a\.npy' is damaged"):
        load_array(path)
