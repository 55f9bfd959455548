from core.store.rows import PredictionRow
from desktop_app.predictions.words import describe_trust


def row(in_domain: bool | None) -> PredictionRow:
    return PredictionRow(1, "a", "gap", None, "", 1.0, 0.5, 1.5, "new", in_domain=in_domain)


def test_intervals_state_their_level_and_what_they_covered():
    interval = {"level": 0.9, "per_spread": 0.0, "num_calibrated": 30, "coverage": 0.875, "num_tested": 16}
    words = describe_trust({"interval": interval}, [])
    assert words.startswith("90 % intervals")
    assert words.endswith("88 % of 16 test values lie within.")
    assert describe_trust({"interval": None}, []) == ""


def test_structures_unlike_those_learned_from_are_counted():
    assert describe_trust({}, [row(True), row(None)]) == ""
    assert "1 of 3 structures are unlike" in describe_trust({}, [row(True), row(False), row(None)])
