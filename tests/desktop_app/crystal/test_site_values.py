import numpy as np

from desktop_app.crystal.site_values import SiteValues
from desktop_app.look.colours import BLUE, NO_VALUE, ORANGE


def test_quantities_are_coloured_from_low_to_high():
    colors = SiteValues("Charge", "e", np.array([0.0, 1.0, 0.5, np.nan])).colors()
    assert colors[0] == "#440154"  # the ends of viridis
    assert colors[1] == "#fde725"
    assert colors[3] == NO_VALUE


def test_categories_are_coloured_one_by_one_and_listed_as_they_occur():
    values = SiteValues("Cluster", "", np.array([1.0, 1.0, 0.0, np.nan]), "", ("first", "second", "third"))
    assert values.colors() == [ORANGE, ORANGE, BLUE, NO_VALUE]
    assert values.entries() == [("first", BLUE), ("second", ORANGE)]


def test_a_scale_with_limits_does_not_follow_the_values():
    full = SiteValues("Occupancy", "share", np.ones(3), limits=(0.0, 1.0))
    assert full.scale == (0.0, 1.0)
    assert full.colors() == ["#fde725"] * 3
    assert SiteValues("Charge", "e", np.array([2.0, 5.0])).scale == (2.0, 5.0)
