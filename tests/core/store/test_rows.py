from dataclasses import FrozenInstanceError, replace

import pytest

from core.store.rows import CollectionRow, PredictionRow, PropertyRow, RejectionRow, StoredLabel, StructureRow

ROWS = [
    CollectionRow("garnets", 2),
    StructureRow(1, "NaCl", "NaCl", 8, True, 179.4, 2.17, ("Odd.",), "/cifs/NaCl.cif"),
    RejectionRow("garnets", "/cifs/a.cif", "a", "Empty.", "Export it again."),
    PropertyRow("band gap", "eV", "none", 3),
    StoredLabel(1e-10, "<", "<1E-10"),
    PredictionRow(1, "NaCl", "band gap", 8.5, "", 8.1, 7.9, 8.3, "test"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_a_row_is_a_value_that_threads_may_share(row: object):
    assert replace(row) == row
    assert len({row, replace(row)}) == 1
    first = next(iter(vars(row)))
    with pytest.raises(FrozenInstanceError):
        setattr(row, first, "other")
