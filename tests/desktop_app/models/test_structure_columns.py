from core.store.rows import PropertyRow, StoredLabel, StructureRow
from desktop_app.models.structure_columns import structure_columns, structures_model

SALT = StructureRow(7, "Halite", "NaCl", 8, True, 179.4, 2.163, (), "cifs/halite.cif")
MIXED = StructureRow(8, "mixed", "Na2KCl4", 8, False, 216.0, 1.9, ("odd density", "split sites"), "m.cif")


def texts(row: StructureRow, **measured) -> dict[str, str]:
    model = structures_model()
    model.set_rows([row], structure_columns(measured.get("measured", {})))
    return {title: model.cell_text(0, number) for number, title in enumerate(model.titles())}


def test_a_row_says_what_the_file_held(qapp):
    cells = texts(SALT)
    assert (cells["Name"], cells["Formula"], cells["Sites"]) == ("Halite", "NaCl", "8")
    assert cells["Density (g/cm³)"] == "2.16"
    assert cells["Order"] == "ordered"


def test_disorder_and_notes_are_shown(qapp):
    cells = texts(MIXED)
    assert cells["Order"] == "disordered"
    assert cells["Notes"] == "odd density; split sites"


def test_each_property_has_a_column_with_its_unit_and_bounds_keep_their_sign(qapp):
    gap = PropertyRow("band gap", "eV", "none", 1)
    conductivity = PropertyRow("conductivity", "S/cm", "log10", 1)
    measured = {
        gap: {7: StoredLabel(8.97, "", "8.97")},
        conductivity: {7: StoredLabel(1e-10, "<", "<1E-10")},
    }
    cells = texts(SALT, measured=measured)
    assert cells["band gap (eV)"] == "8.97"
    assert cells["conductivity (S/cm)"] == "<1e-10"
    assert texts(MIXED, measured=measured)["band gap (eV)"] == ""


def test_structures_are_found_by_name_formula_order_and_notes(qapp):
    model = structures_model()
    model.set_rows([SALT, MIXED])
    for text, expected in (("hal", 1), ("NaCl", 1), ("disordered", 1), ("split", 1), ("cl", 2), ("zzz", 0)):
        model.set_filter(text)
        assert model.rowCount() == expected, text
