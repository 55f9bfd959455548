import csv
from pathlib import Path

from core.evaluation.particles.transfer_report import write_transfer_report
from core.training.clouds.transfer_table import TransferPoint

POINTS = [
    TransferPoint("frame", "", "scratch", 50, 3, 0.1, 0.01, None, None),
    TransferPoint("frame", "", "scratch", 500, 3, 0.2, 0.02, None, None),
    TransferPoint("frame", "shift", "free", 50, 3, 0.3, 0.01, 0.2, 0.015),
    TransferPoint("frame", "shift", "free", 500, 1, 0.4, None, 0.2, None),
    TransferPoint("noisy bonds", "", "scratch", 50, 3, 0.5, 0.01, None, None),
]


def test_the_table_has_a_line_for_each_point_with_its_standard_errors(tmp_path: Path):
    table, *_ = write_transfer_report(tmp_path, POINTS)
    with table.open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(POINTS)
    assert (lines[2]["gain"], lines[2]["gain_error"]) == ("0.2", "0.015")
    assert lines[3]["standard_error"] == lines[0]["gain"] == ""


def test_the_diagrams_are_a_matrix_of_tasks(tmp_path: Path):
    _, image, other = write_transfer_report(tmp_path, POINTS)
    text = image.read_text()
    for words in ("after shift", "noisy bonds", "from scratch", "core free", "Clouds to learn from"):
        assert words in text
    assert "core frozen" not in text
    assert other.exists()


def test_a_study_that_has_only_begun_can_be_drawn(tmp_path: Path):
    assert all(path.exists() for path in write_transfer_report(tmp_path, POINTS[:1]))
