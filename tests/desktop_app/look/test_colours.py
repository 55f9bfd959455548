import re

import numpy as np
import pytest

from desktop_app.look.colours import BLUE, DARK, LIGHT, NO_VALUE, Inks, color_values, value_range, viridis


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.1)."""
    channels = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("inks", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "base", "alternate"])
@pytest.mark.parametrize("ink", ["text", "faint", "accent", "error", "warning", "good"])
def test_words_stand_out_from_every_ground(inks: Inks, ground: str, ink: str):
    assert contrast(getattr(inks, ink), getattr(inks, ground)) >= 4.5


@pytest.mark.parametrize("inks", [LIGHT, DARK], ids=["light", "dark"])
def test_a_selected_row_can_be_read(inks: Inks):
    assert contrast(inks.selected, inks.selection) >= 4.5


@pytest.mark.parametrize("inks", [LIGHT, DARK], ids=["light", "dark"])
def test_blue_lines_stand_out_from_the_ground_of_plots(inks: Inks):
    """At least 3, which the guidelines ask of graphics (WCAG 2.1, 1.4.11)."""
    assert contrast(BLUE, inks.base) >= 3


def test_viridis_goes_from_dark_blue_to_yellow():
    assert viridis([0.0, 1.0]) == ["#440154", "#fde725"]


def test_viridis_gets_lighter_with_the_value():
    lightness = [luminance(color) for color in viridis(np.linspace(0, 1, 20))]
    assert lightness == sorted(lightness)


def test_what_is_not_a_number_is_grey():
    assert color_values(np.array([0.0, np.nan, 1.0]))[1] == NO_VALUE


def test_values_are_coloured_by_their_place_in_the_range():
    assert color_values(np.array([10.0, 30.0, 20.0])) == viridis([0.0, 1.0, 0.5])


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1.0, 3.0], (1.0, 3.0)), ([2.0, 2.0], (1.5, 2.5)), ([np.nan, 4.0, 5.0], (4.0, 5.0)), ([], (0.0, 1.0))],
)
def test_the_range_is_never_empty(values: list[float], expected: tuple[float, float]):
    assert value_range(np.array(values)) == expected


def test_colours_are_written_in_full():
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in viridis(np.linspace(-1, 2, 7)))
