import numpy as np

from desktop_app.look.colours import BLUE, NO_VALUE, ORANGE, viridis
from desktop_app.plots.colourings import OTHERS, Colouring, category_colors, faded, in_categories


def hexed(colors: np.ndarray) -> list[str]:
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in colors]


def test_numbers_go_from_dark_to_bright_and_none_is_grey():
    colouring = Colouring("gap", np.array([1.0, np.nan, 3.0]), "eV")
    assert hexed(colouring.colors()) == [viridis([0.0])[0], NO_VALUE, viridis([1.0])[0]]
    assert colouring.name == "gap (eV)"
    assert [colouring.text_of(point) for point in (0, 1)] == ["gap: 1 eV", "gap: none"]


def test_the_most_frequent_category_comes_first():
    colouring = in_categories("Split", ["test", "train", None, "train"])
    assert colouring.categories == ("train", "test")
    assert hexed(colouring.colors()) == [ORANGE, BLUE, NO_VALUE, BLUE]
    assert colouring.text_of(0) == "Split: test"


def test_rare_categories_are_gathered_in_grey():
    names = [
        symbol for n, symbol in enumerate(["O", "S", "Se", "Te", "F", "Cl", "Br", "I"]) for _ in range(9 - n)
    ]
    colouring = in_categories("Anion", names)
    assert colouring.categories == ("O", "S", "Se", "Te", "F", "Cl", OTHERS)
    assert category_colors(colouring.categories)[-1] == NO_VALUE
    assert hexed(colouring.colors())[-3:] == [NO_VALUE] * 3


def test_points_that_come_several_times_keep_their_colour():
    twice = in_categories("Split", ["test", "train"]).repeated(np.array([2, 1]))
    assert [twice.text_of(point) for point in range(3)] == ["Split: test"] * 2 + ["Split: train"]


def test_what_is_left_out_sinks_into_the_ground():
    colors = np.array([[0, 0, 0], [0, 0, 0]], np.uint8)
    assert faded(colors, "#ffffff", np.array([True, False])).tolist() == [[0, 0, 0], [204, 204, 204]]
