from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.evaluation.study.cells import DONE, FAILED, Cell, CellTable, as_row, plan_cells
from core.jobs.study_texts import parse_arms

ARMS = parse_arms("mean, supervised:a b, supervised:a_b")
CELL = Cell("mean", 8, 0, 0)


def test_every_arm_is_run_on_a_draw_before_the_next_seed():
    cells = plan_cells(ARMS[:2], (8, 0), 2, 2)
    assert len(cells) == len(set(cells)) == 16
    assert [cell.arm for cell in cells[:4]] == ["mean", "supervised:a b"] * 2
    assert [cell.seed for cell in cells] == [0] * 8 + [1] * 8


def test_what_was_written_is_read_back(tmp_path: Path):
    table = CellTable(tmp_path, ARMS)
    done = as_row(CELL, DONE, num_train=8, num_test=3, num_bounds=1, mae=0.1, mae_measured=None, seconds=1.5)
    failed = as_row(Cell("supervised:a b", 0, 1, 2), FAILED, reason='=1+1, and a "quote"')
    table.put(done, np.array([1.0, 2.0, 3.0]))
    table.put(failed)
    again = CellTable(tmp_path, ARMS)
    assert again.rows == [done, failed]
    assert again.is_done(CELL)
    assert not again.is_done(failed.cell)
    assert again.predictions(CELL).tolist() == [1.0, 2.0, 3.0]


def test_a_cell_that_failed_is_replaced_when_it_is_done(tmp_path: Path):
    table = CellTable(tmp_path, ARMS)
    table.put(as_row(CELL, FAILED, reason="no luck"))
    table.put(as_row(CELL, DONE, mae=0.1), np.zeros(1))
    assert [row.status for row in CellTable(tmp_path, ARMS).rows] == [DONE]


def test_reasons_are_safe_to_open_in_a_spreadsheet(tmp_path: Path):
    CellTable(tmp_path, ARMS).put(as_row(CELL, FAILED, reason="=HYPERLINK(0)"))
    assert "'=HYPERLINK(0)" in (tmp_path / "cells.csv").read_text()


def test_arms_of_like_names_have_folders_of_their_own(tmp_path: Path):
    table = CellTable(tmp_path, ARMS)
    folders = {table.folder(Cell(arm.text, 8, 0, 0)) for arm in ARMS}
    assert len(folders) == 3
    assert all(folder.parent == tmp_path / "cells" for folder in folders)


@pytest.mark.parametrize("content", ["arm,n_labels\nmean,8\n", "arm,n_labels,fold,seed\nmean,x,0,0\n"])
def test_a_damaged_table_is_named(tmp_path: Path, content: str):
    (tmp_path / "cells.csv").write_text(content)
    with pytest.raises(RunError, match=r"cells\.csv' is damaged"):
        CellTable(tmp_path, ARMS)


def test_damaged_predictions_are_named(tmp_path: Path):
    table = CellTable(tmp_path, ARMS)
    table.put(as_row(CELL, DONE, mae=0.1), np.zeros(3))
    next((tmp_path / "cells").glob("*.npy")).write_bytes(b"no array")
    with pytest.raises(RunError, match="is damaged"):
        table.predictions(CELL)


def test_a_cell_is_told_in_words():
    assert Cell("mean", 1000, 0, 4).words == "mean, 1,000 labels, fold 1, seed 5"
    assert Cell("mean", 0, 1, 0).words == "mean, all labels, fold 2, seed 1"
