import csv
from pathlib import Path

import numpy as np

from core.evaluation.particles.linear_probe import Probe
from core.evaluation.particles.separation import AVERAGED, EMBEDDING, Separation
from core.evaluation.particles.separation_picture import write_separation_picture
from core.evaluation.trust.bootstrap import Interval

PROBE = Probe(Interval(0.75, 0.5, 1.0), np.eye(2), ("gas", "a $ liquid"))
PLACES = np.array([[0.0, 1.0], [2.0, 3.0], [-1.0, 0.5]], dtype=np.float32)
FOUND = [Separation(name, 8, PROBE, PLACES, np.array([0, 1, 1])) for name in (EMBEDDING, AVERAGED)]


def test_a_line_of_the_table_is_a_particle_with_its_kind(tmp_path: Path):
    table, *images = write_separation_picture(tmp_path / "map.svg", FOUND)
    with table.open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 2 * 3
    assert lines[1] == {"by": EMBEDDING, "kind": "a $ liquid", "component 1": "2.0", "component 2": "3.0"}
    assert [image.name for image in images] == ["map.svg", "map.png"]
    assert images[1].read_bytes().startswith(b"\x89PNG")


def test_each_description_has_its_picture_with_what_the_probe_recognises(tmp_path: Path):
    (tmp_path / "again").mkdir()
    _, image, _ = write_separation_picture(tmp_path / "map.csv", FOUND)
    _, again, _ = write_separation_picture(tmp_path / "again" / "map.csv", FOUND)
    drawn = image.read_text()
    assert drawn.count("75.0% (50.0% to 100.0%)") == 2
    assert "a $ liquid" in drawn
    assert image.read_bytes() == again.read_bytes()
