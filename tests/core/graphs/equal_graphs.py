"""Comparing graphs array by array."""

from dataclasses import fields
from typing import Any

import numpy as np

from core.graphs.crystal_graph import CrystalGraph, Members


def assert_equal_graphs(graph: CrystalGraph, expected: CrystalGraph) -> None:
    """All arrays are equal and of the same type, those of the members of a merged graph too."""
    _assert_equal(graph, expected, exclude="members")
    assert (graph.members is None) == (expected.members is None)
    if graph.members is not None and expected.members is not None:
        _assert_equal(graph.members, expected.members)


def _assert_equal(one: Any, other: CrystalGraph | Members, exclude: str = "") -> None:
    for name in {field.name for field in fields(other)} - {exclude}:
        if getattr(other, name) is None:
            assert getattr(one, name) is None, name
            continue
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype, name
