from collections.abc import Callable

import numpy as np
import pytest

from core.errors import UnknownChoice
from core.store.importing.files import add_structures
from core.store.library.histograms import column_histogram, element_counts, flag_counts, property_histogram
from core.store.library.query import StructureQuery
from core.store.project import Project
from core.structures.readers.read import Flag, ReadStructure


def test_a_histogram_counts_every_value_once(
    project: Project, fill: Callable[..., None], label: Callable[..., None]
):
    fill(project, 10)
    label(project, 6)
    histogram = property_histogram(project, "band gap", bins=3)
    assert histogram.counts.tolist() == [2, 2, 2]
    assert histogram.edges.tolist() == pytest.approx([0.5, 0.5 + 5 / 3, 0.5 + 10 / 3, 5.5])


def test_bins_of_a_logarithmic_property_have_equal_ratios(
    project: Project, fill: Callable[..., None], label: Callable[..., None]
):
    fill(project, 5)
    label(project, 5, "conductivity", "log10")
    edges = property_histogram(project, "conductivity", bins=4).edges
    ratios = edges[1:] / edges[:-1]
    assert np.allclose(ratios, ratios[0])
    assert edges[[0, -1]] == pytest.approx([0.5, 4.5])


def test_only_what_the_query_describes_is_counted(project: Project, fill: Callable[..., None]):
    fill(project, 3)
    fill(project, 2, "other", first=3)
    query = StructureQuery(collection="other")
    assert column_histogram(project, "volume", query).counts.sum() == 2
    assert element_counts(project, query) == {"Po": 2}
    assert element_counts(project) == {"Po": 5}


def test_nothing_to_count_gives_empty_bins(project: Project):
    histogram = column_histogram(project, "density", bins=4)
    assert histogram.counts.tolist() == [0] * 4
    assert element_counts(project) == {}


def test_flags_are_counted_once_for_each_structure(
    project: Project, read_structure: Callable[..., ReadStructure]
):
    twice = [Flag("repaired_file", "Line 3."), Flag("repaired_file", "Line 9.")]
    once = [Flag("repaired_file", "Line 1."), Flag("bad_density", "Odd.")]
    add_structures(project, "all", [read_structure("a", flags=twice), read_structure("b", flags=once)])
    assert flag_counts(project) == {"repaired_file": 2, "bad_density": 1}


def test_an_unknown_column_is_named(project: Project):
    with pytest.raises(UnknownChoice, match="Unknown column 'colour'"):
        column_histogram(project, "colour")
