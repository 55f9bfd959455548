from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.training.clouds import material as clouds_material
from core.training.clouds import transfer as clouds_transfer
from core.training.clouds.transfer import TransferPlan
from tests.core.objectives.clouds.prototypes import prototype_clouds

Siteloupe = Callable[..., Any]
PLAN = TransferPlan(
    counts=(4,),
    replicas=2,
    sources=("shift",),
    targets=("shift", "noisy bonds"),
    width=4,
    num_blocks=1,
    clouds_drawn_before=8,
    clouds_drawn_in_cell=4,
    clouds_judged=8,
    remark="Cut short.",
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = prototype_clouds(clouds_per_crystal=2)
    monkeypatch.setattr(clouds_material, "prototype_clouds", lambda *_: clouds)
    monkeypatch.setattr(clouds_transfer, "CPU", PLAN)


def test_the_study_gives_its_points_its_table_and_what_was_cut(siteloupe: Siteloupe, tmp_path: Path):
    outcome = siteloupe(
        "transfer", "--out", tmp_path / "study", "--device", "cpu", "--threads", "1", "--json"
    )
    assert outcome.status == 0, outcome.err
    assert len(outcome.json["points"]) == 2 * (1 + 2)
    assert outcome.json["remark"] == "Cut short."
    assert len(Path(outcome.json["table"]).read_text().splitlines()) == 1 + 2 * 6
    assert [Path(path).name for path in outcome.json["curves"]] == ["curves.csv", "curves.svg", "curves.png"]


def test_a_person_sees_by_how_much_each_start_is_better(siteloupe: Siteloupe, tmp_path: Path):
    outcome = siteloupe("transfer", "--out", tmp_path / "study", "--device", "cpu", "--threads", "1")
    assert "With 4 clouds" in outcome.out
    assert "±" in outcome.out
    assert "Cut short." in outcome.err


def test_a_plan_is_changed_by_options_and_says_no_more_what_was_cut(siteloupe: Siteloupe, tmp_path: Path):
    changed = ("--sources", "shift", "--targets", "noisy-bonds", "--counts", "4,8", "--starts", "free")
    numbers = ("--replicas", 1, "--drawn", 4, "--drawn-before", 4, "--threads", 1, "--device", "cpu")
    outcome = siteloupe("transfer", "--out", tmp_path / "study", *changed, *numbers, "--json")
    assert outcome.status == 0, outcome.err
    cells = {(one["target"], one["start"], one["num_clouds"]) for one in outcome.json["points"]}
    assert cells == {("noisy bonds", start, count) for start in ("scratch", "free") for count in (4, 8)}
    assert outcome.json["remark"] == ""


@pytest.mark.parametrize(
    ("option", "value"), [("--sources", "noise"), ("--counts", "few"), ("--counts", "0")]
)
def test_changes_that_mean_nothing_are_refused(siteloupe: Siteloupe, tmp_path: Path, option: str, value: str):
    outcome = siteloupe("transfer", "--out", tmp_path / "study", option, value)
    assert outcome.status == 1
    assert value in outcome.err
    assert not (tmp_path / "study").exists()
