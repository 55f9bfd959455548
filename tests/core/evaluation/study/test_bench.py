from pathlib import Path

import pytest

from core.evaluation.study.run_arm import run_arm
from core.jobs.study_texts import parse_arm
from tests.core.evaluation.study.places import bench, lesson, place


def test_frozen_embeddings_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    work = place(tmp_path)
    arm = parse_arm("frozen:ridge@random")
    first = run_arm(arm, lesson(work), bench(work), tmp_path / "cell")
    monkeypatch.setattr("core.evaluation.study.bench.encode", pytest.fail)
    again = run_arm(arm, lesson(work), bench(work), tmp_path / "cell")
    assert first.tolist() == again.tolist()


def test_a_hybrid_sees_embedding_composition_and_structure(tmp_path: Path):
    table = bench(place(tmp_path))
    arm = parse_arm("hybrid:ridge@random")
    fold = lesson(table.place).fold
    widths = [table.block(block, arm.source, fold).shape for block in arm.blocks]
    assert [rows for rows, _ in widths] == [22, 22, 22]
    assert len({columns for _, columns in widths}) == 3
