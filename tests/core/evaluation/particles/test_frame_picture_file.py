import csv
from pathlib import Path

import numpy as np

from core.evaluation.particles.frame_classifier import FramePicture
from core.evaluation.particles.frame_picture_file import write_frame_picture

PICTURE = FramePicture(np.array([0, 4]), np.array([2, 6]), np.array([[0.75, 0.25], [0.5, 0.5]]))


def test_a_line_is_a_shown_frame_and_a_column_a_learned_one(tmp_path: Path):
    table, *images = write_frame_picture(tmp_path / "phases.npz", PICTURE)
    with table.open() as file:
        lines = list(csv.DictReader(file))
    assert lines[0] == {"frame": "3", "as frame 1": "0.75", "as frame 5": "0.25"}
    assert lines[1]["frame"] == "7"
    assert [image.name for image in images] == ["phases.svg", "phases.png"]
    assert images[1].read_bytes().startswith(b"\x89PNG")


def test_the_image_names_frames_and_is_the_same_each_time(tmp_path: Path):
    (tmp_path / "again").mkdir()
    _, image, _ = write_frame_picture(tmp_path / "phases.npz", PICTURE)
    _, again, _ = write_frame_picture(tmp_path / "again" / "phases.npz", PICTURE)
    assert "Taken for frame" in image.read_text()
    assert image.read_bytes() == again.read_bytes()
