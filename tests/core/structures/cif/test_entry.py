"""A CIF inside of something else is read as a file of its own would be."""

from collections.abc import Callable

from core.structures.cif.entry import read_cif_entry
from core.structures.cif.reader import read_cif


def test_structures_and_rejections_tell_where_they_stood(cif: Callable[..., bytes]):
    broken = b"data_bad\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\nLi1 0.5\n"
    read, rejection = read_cif_entry((broken + cif()).decode(), "t.csv", "mp-1", "row 7")
    assert (read.name, read.path, read.block) == ("mp-1", "t.csv", "row 7")
    assert (rejection.path, rejection.block) == ("t.csv", "row 7")


def test_the_source_is_the_text_of_the_entry(cif: Callable[..., bytes]):
    (read,) = read_cif_entry(cif().decode(), "t.csv", "a", "row 1")
    (direct,), _ = read_cif(cif(), "a.cif", "a")
    assert read.source == cif()
    assert read.structure.content_hash == direct.structure.content_hash
