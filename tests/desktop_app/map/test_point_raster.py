from collections.abc import Callable

import numpy as np
import pytest

from desktop_app.map.point_raster import Disc, opaque, rims, stamp

RED, BLUE = np.array([[200, 0, 0]], np.uint8), np.array([[0, 0, 200]], np.uint8)
FRAME_SECONDS = 1 / 30


def picture(places: list[tuple[float, float]], colors: np.ndarray, radius: float, size: tuple[int, int]):
    return stamp(np.array(places, float), opaque(colors), rims(colors, 0), Disc.of_radius(radius), size)


@pytest.mark.parametrize(("radius", "count"), [(0.5, 1), (1.0, 5), (2.0, 13), (2.9, 25)])
def test_a_disc_covers_the_pixels_nearer_than_its_radius(radius: float, count: int):
    assert len(Disc.of_radius(radius).right) == count


def test_a_disc_is_drawn_where_its_centre_is():
    drawn = picture([(5.5, 2.5)], RED, 1.0, (9, 7))
    assert drawn.shape == (7, 9)
    assert [tuple(place) for place in np.argwhere(drawn)] == [(1, 5), (2, 4), (2, 5), (2, 6), (3, 5)]
    assert drawn[2, 5] == 0xFFC80000


def test_a_large_disc_has_a_rim():
    drawn = picture([(10.5, 10.5)], RED, 5.0, (21, 21))
    assert drawn[10, 10] == 0xFFC80000
    assert drawn[10, 15] == 0xFF820000


def test_rims_go_towards_black_or_white():
    assert [hex(int(rims(RED, ink)[0])) for ink in (0, 255)] == ["0xff820000", "0xffdb5959"]


def test_overlapping_discs_share_their_pixels_by_the_nearer_centre():
    drawn = picture([(5.5, 5.5), (8.5, 5.5)], np.concatenate([RED, BLUE]), 2.9, (15, 11))
    assert [int(drawn[5, x]) for x in (5, 6, 7, 8)] == [0xFFC80000, 0xFFC80000, 0xFF0000C8, 0xFF0000C8]


@pytest.mark.parametrize("place", [(0.0, 3.0), (8.9, 3.0), (4.0, 0.0), (4.0, 6.9), (-1.0, -1.0)])
def test_what_hangs_over_an_edge_is_cut_off(place: tuple[float, float]):
    whole = picture([(place[0] + 20, place[1] + 20)], RED, 2.0, (49, 47))
    assert (picture([place], RED, 2.0, (9, 7)) == whole[20:27, 20:29]).all()


def test_what_is_far_outside_is_not_drawn():
    assert not picture([(1e6, -1e6)], RED, 5.5, (9, 7)).any()


def test_a_hundred_thousand_discs_are_stamped_within_a_frame(
    benchmark_seconds: Callable[[Callable[[], object]], float],
):
    places = np.random.default_rng(1).normal(size=(100_000, 2)) * 60 + 210
    pixels = opaque(np.full((100_000, 3), 90, np.uint8))
    disc = Disc.of_radius(2.2)
    assert benchmark_seconds(lambda: stamp(places, pixels, pixels, disc, (420, 420))) < FRAME_SECONDS
