from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.core.shipped import ship_header

Siteloupe = Callable[..., Any]


def test_the_models_are_listed_with_what_they_learned_from(siteloupe: Siteloupe, shipped_folder: Path):
    path = ship_header(shipped_folder, "best", recommended=True)
    shown = siteloupe("models").out
    for words in ("best *", "Title of best", "12 salts", "when --from is not given"):
        assert words in shown
    (model,) = siteloupe("models", "--json").json["models"]
    assert model == {
        "name": "best",
        "encoder": "site_net",
        "properties": ["gap"],
        "size": path.stat().st_size,
        "path": str(path),
        "title": "Title of best",
        "learned_from": "12 salts",
        "recommended": True,
    }


def test_where_nothing_is_shipped_this_is_said(siteloupe: Siteloupe, shipped_folder: Path):
    outcome = siteloupe("models")
    assert outcome.status == 0
    assert "No pretrained models" in outcome.out
    assert siteloupe("models", "--json").json == {"models": []}
