from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import RunError
from core.jobs.results.occlusion import OcclusionArchive


def arrays() -> dict[str, Any]:
    """Structure 7 has two sites of two elements; structure 9 has one."""
    return {
        "structure_ids": np.array([7, 9]),
        "outputs": np.array(["gap"]),
        "units": np.array(["eV"]),
        "whole": np.array([[1.0], [2.0]]),
        "sites": np.array([[0.1], [-0.2], [0.3]]),
        "site_offsets": np.array([0, 2, 3]),
        "element_pairs": np.array([["Cl", "Na"], ["Cu", "Cu"]]),
        "elements": np.array([[0.5], [np.nan]]),
        "element_offsets": np.array([0, 1, 2]),
    }


def test_each_structure_has_its_sites_and_its_element_pairs(tmp_path: Path):
    np.savez(tmp_path / "o.npz", **arrays())
    archive = OcclusionArchive(tmp_path / "o.npz")
    first, second = archive.get(7), archive.get(9)
    assert first is not None
    assert second is not None
    assert first.sites.tolist() == [[0.1], [-0.2]]
    assert first.element_pairs == (("Cl", "Na"),)
    assert first.whole.tolist() == [1.0]
    assert second.sites.tolist() == [[0.3]]
    assert np.isnan(second.elements).all()
    assert archive.get(8) is None
    assert (archive.outputs, archive.units) == (("gap",), ("eV",))


def test_a_missing_file_is_told(tmp_path: Path):
    with pytest.raises(RunError, match="no file"):
        OcclusionArchive(tmp_path / "o.npz")


@pytest.mark.parametrize("name", ["site_offsets", "element_offsets"])
def test_offsets_that_do_not_fit_are_damage(tmp_path: Path, name: str):
    np.savez(tmp_path / "o.npz", **{**arrays(), name: np.array([0.0, 1.0, 2.0])})
    with pytest.raises(RunError, match="damaged"):
        OcclusionArchive(tmp_path / "o.npz").get(7)
