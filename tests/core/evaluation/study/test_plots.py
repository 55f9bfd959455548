from pathlib import Path

import pytest

from core.evaluation.study.comparison import CurvePoint
from core.evaluation.study.plots import plot_curves
from core.evaluation.trust.bootstrap import Interval
from core.jobs.spec import PropertySpec
from core.jobs.study_texts import parse_arms

ARMS = parse_arms("mean, supervised:a_$b_c$")


def points() -> list[CurvePoint]:
    return [
        CurvePoint(arm.text, budget, 3, 0, Interval(1.0, 0.9, 1.1), 1.0, 1.0)
        for arm in ARMS
        for budget in (50, 0)
    ]


def test_curves_are_drawn_as_svg_and_png(tmp_path: Path):
    plot_curves(tmp_path, points(), ARMS, PropertySpec(name="gap <b>", unit="eV"))
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    svg = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    assert "<b>" not in svg


def test_the_same_curves_give_the_same_file(tmp_path: Path):
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        plot_curves(tmp_path / name, points(), ARMS, PropertySpec(name="gap"))
        texts.append((tmp_path / name / "curves.svg").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", ["$x", "a^b_{c", "$\\frac$", "$a_{b$ and $c"])
def test_names_are_no_formulas(tmp_path: Path, name: str):
    """Between two dollars matplotlib would find one, and fail at what is none."""
    plot_curves(tmp_path, points(), ARMS, PropertySpec(name=name))
