from pathlib import Path

import numpy as np
import pytest

from core.evaluation.study.run_arm import run_arm
from core.jobs.study_texts import parse_arm
from tests.core.evaluation.study.places import bench, lesson, place

EVERY_KIND = (
    "mean",
    "composition:ridge",
    "structure:ridge",
    "scratch",
    "frozen:ridge",
    "hybrid:ridge@random",
    "supervised:other",
    "supervised:other (all fixed)",
    "blend:scratch",
)


@pytest.mark.parametrize("text", EVERY_KIND)
def test_every_arm_predicts_the_test_from_its_lesson_alone(tmp_path: Path, text: str):
    work = place(tmp_path)
    taught = lesson(work)
    for row in work.rows:
        row["targets"]["size"]["value"] = 1e9  # nobody looks here again
    predicted = run_arm(parse_arm(text), taught, bench(work), tmp_path / "cell")
    assert predicted.shape == (4,)
    assert (np.abs(predicted - 5) < 5).all()


def test_the_mean_is_that_of_the_lesson(tmp_path: Path):
    work = place(tmp_path)
    taught = lesson(work)
    predicted = run_arm(parse_arm("mean"), taught, bench(work), tmp_path / "cell")
    assert predicted == pytest.approx(taught.values.mean())
