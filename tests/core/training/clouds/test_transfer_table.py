from pathlib import Path

import pytest

from core.errors import RunError
from core.training.clouds.transfer_table import (
    TransferCell,
    TransferRow,
    TransferTable,
    learning_curves,
)

SCRATCH = TransferCell("shift", "", "scratch", 50, 0)
AFTER = TransferCell("shift", "noisy bonds", "free", 50, 0)


def row(cell: TransferCell, score: float, replica: int = 0) -> TransferRow:
    numbered = TransferCell(cell.target, cell.source, cell.start, cell.num_clouds, replica)
    return TransferRow(numbered, score, 0.06, 1.5)


def test_what_was_written_is_read_again(tmp_path: Path):
    table = TransferTable(tmp_path)
    rows = [row(SCRATCH, 0.05), row(AFTER, 0.03, replica=1)]
    for one in rows:
        table.put(one)
    again = TransferTable(tmp_path)
    assert again.rows == rows
    assert again.is_done(SCRATCH)
    assert not again.is_done(AFTER)


@pytest.mark.parametrize("damage", [("free", "fast"), ("0.03", "much"), ("target", "aim")])
def test_a_damaged_table_is_refused(tmp_path: Path, damage: tuple[str, str]):
    table = TransferTable(tmp_path)
    table.put(row(AFTER, 0.03))
    table.path.write_text(table.path.read_text().replace(*damage))
    with pytest.raises(RunError, match="damaged"):
        TransferTable(tmp_path)


def test_gains_are_differences_within_replicas():
    """Both vary from replica to replica by far more than they differ."""
    scores = {0: (0.10, 0.09), 1: (0.50, 0.49), 2: (0.90, 0.88)}
    rows = [
        row(cell, score, replica)
        for replica, pair in scores.items()
        for cell, score in zip((SCRATCH, AFTER), pair, strict=True)
    ]
    scratch, after = learning_curves(rows, {"shift": False})
    assert scratch.gain is None
    assert after.replicas == 3
    assert after.mean == pytest.approx(1.46 / 3)
    assert after.gain == pytest.approx(0.04 / 3)
    assert after.gain_error == pytest.approx(0.01 / 3, rel=1e-6)
    assert after.standard_error > 0.1


def test_more_accuracy_is_a_gain_and_one_replica_has_no_error():
    rows = [row(SCRATCH, 0.5), row(AFTER, 0.8)]
    _, after = learning_curves(rows, {"shift": True})
    assert after.gain == pytest.approx(0.3)
    assert after.gain_error is None


def test_a_replica_that_has_no_scratch_yet_does_not_count_for_the_gain():
    rows = [row(SCRATCH, 0.05), row(AFTER, 0.04), row(AFTER, 0.01, replica=1)]
    _, after = learning_curves(rows, {"shift": False})
    assert after.gain == pytest.approx(0.01)


def test_a_cell_says_what_it_does():
    assert SCRATCH.words == "shift from scratch, 50 clouds, replica 1"
    assert AFTER.words == "shift after noisy bonds (free), 50 clouds, replica 1"
