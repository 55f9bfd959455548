from dataclasses import replace

from core.store.rows import PropertyRow, StoredLabel
from desktop_app.library.library_model import LibraryModel, LibraryRow
from desktop_app.library.structure_columns import structure_columns

SALT = LibraryRow(7, "Halite", "NaCl", 8, True, 179.4, 2.163, (), "cifs/halite.cif")
MIXED = LibraryRow(8, "mixed", "Na2KCl4", 8, False, 216.0, 1.9, ("odd density", "split sites"), "m.cif")


def texts(row: LibraryRow, *properties: PropertyRow) -> dict[str, str]:
    columns = structure_columns(properties)
    model = LibraryModel(columns, lambda ids: [row])
    model.show_structures([row.id], 1, columns)
    return {title: model.cell_text(0, number) for number, title in enumerate(model.titles())}


def test_a_row_says_what_the_file_held(qapp):
    cells = texts(SALT)
    assert (cells["Name"], cells["Formula"], cells["Sites"]) == ("Halite", "NaCl", "8")
    assert cells["Density (g/cm³)"] == "2.16"
    assert cells["Order"] == "ordered"


def test_disorder_and_notes_are_shown(qapp):
    cells = texts(MIXED)
    assert cells["Order"] == "disordered"
    assert cells["Remarks"] == "odd density; split sites"


def test_each_property_has_a_column_with_its_unit_and_bounds_keep_their_sign(qapp):
    gap = PropertyRow("band gap", "eV", "none", 1)
    conductivity = PropertyRow("conductivity", "S/cm", "log10", 1)
    labels = {"band gap": StoredLabel(8.97, "", "8.97"), "conductivity": StoredLabel(1e-10, "<", "<1E-10")}
    cells = texts(replace(SALT, labels=labels), gap, conductivity)
    assert cells["band gap (eV)"] == "8.97"
    assert cells["conductivity (S/cm)"] == "<1e-10"
    assert texts(MIXED, gap, conductivity)["band gap (eV)"] == ""


def test_a_space_group_is_shown_once_it_is_known(qapp):
    assert texts(SALT)["Space group"] == ""
    assert texts(replace(SALT, space_group=225, space_group_symbol="Fm-3m"))["Space group"] == "Fm-3m (225)"
