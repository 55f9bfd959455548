import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.trajectory.sphere_raster import LARGEST_RADIUS, Ball, draw_balls

WHITE = np.array([255, 255, 255], np.uint8)
SIZE = (60, 40)


def balls(
    *centres: tuple[float, float, float], radius: float = 6.0
) -> tuple[np.ndarray, np.ndarray, Ball, tuple[int, int]]:
    """Balls at x, y and depth."""
    array = np.array(centres)
    return array[:, :2], array[:, 2], Ball.of_radius(radius), SIZE


def test_a_ball_covers_the_pixels_within_its_radius():
    buffer = draw_balls(*balls((30, 20, 0)))
    down, right = np.nonzero(buffer.keys)
    assert np.hypot(right - 30, down - 20).max() <= 6
    assert len(right) == pytest.approx(np.pi * 36, rel=0.1)
    assert buffer.particle_at(30, 20) == 0
    assert buffer.particle_at(40, 20) is None
    assert buffer.particle_at(-1, 20) is None


@given(st.permutations(range(3)))
def test_the_nearer_ball_hides_the_further_one_in_whatever_order_they_come(order: list[int]):
    centres = [(30.0, 20.0, 0.0), (31.0, 20.0, 20.0), (29.0, 21.0, -20.0)]
    buffer = draw_balls(*balls(*[centres[k] for k in order]))
    assert buffer.particle_at(30, 20) == order.index(1)


def test_balls_that_cut_into_each_other_meet_halfway():
    buffer = draw_balls(*balls((26, 20, 0), (34, 20, 0)))
    assert buffer.particle_at(28, 20) == 0
    assert buffer.particle_at(32, 20) == 1


def test_balls_over_the_edge_are_drawn_as_far_as_they_are_seen_and_others_not_at_all():
    buffer = draw_balls(*balls((0, 20, 0), (60, 39, 0), (500, 20, 0)))
    assert buffer.particle_at(0, 20) == 0
    assert buffer.particle_at(59, 38) == 1
    assert len(np.unique(buffer.keys >> 12 & 0xFFFFFF)) == 2


def test_nothing_to_draw_is_an_empty_picture():
    buffer = draw_balls(np.zeros((0, 2)), np.zeros(0), Ball.of_radius(3), SIZE)
    assert not buffer.keys.any()
    assert not buffer.picture(np.zeros((0, 3), np.uint8), WHITE).any()


def test_a_picture_has_the_colours_of_the_particles_lit_from_above():
    buffer = draw_balls(*balls((15, 20, 0), (45, 20, 0)))
    picture = buffer.picture(np.array([[200, 0, 0], [0, 0, 200]], np.uint8), WHITE)
    red, blue = picture >> 16 & 0xFF, picture & 0xFF
    assert red[20, 15] > blue[20, 15]
    assert blue[20, 45] > red[20, 45]
    assert red[16, 13] > red[24, 17]
    assert picture[20, 15] >> 24 == 255
    assert picture[0, 0] == 0


def test_what_is_far_fades_into_the_ground():
    buffer = draw_balls(*balls((15, 20, 100), (45, 20, -100)))
    picture = buffer.picture(np.zeros((2, 3), np.uint8), WHITE)
    assert picture[20, 45] & 0xFF > picture[20, 15] & 0xFF


def test_a_ball_has_at_least_a_pixel_and_no_more_than_is_quick():
    assert len(Ball.of_radius(0.0).right) == 1
    assert Ball.of_radius(1e6).radius == LARGEST_RADIUS
    assert len(Ball.of_radius(1e6).right) < 1 << 12  # what a key has room for
