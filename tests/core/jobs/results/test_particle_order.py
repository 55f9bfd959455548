from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import RunError
from core.jobs.results.particle_order import order_arrays, read_order
from tests.core.jobs.particle_orders import particle_order, save_order


@pytest.mark.parametrize("compared", [True, False])
@pytest.mark.parametrize("embedded", [True, False])
def test_what_was_written_is_read(tmp_path: Path, embedded: bool, compared: bool):
    order = particle_order(embedded=embedded, compared=compared)
    read = read_order(save_order(tmp_path / "order.npz", order))
    assert (read.names, dict(read.groups)) == (order.names, dict(order.groups))
    for name in ("frames", "offsets", "values", "members", "upper", "lower"):
        np.testing.assert_array_equal(getattr(read, name), getattr(order, name))
    if order.comparison is None:
        assert read.comparison is None
    else:
        assert read.comparison is not None
        np.testing.assert_array_equal(read.comparison.image, order.comparison.image)


def test_what_separates_phases_is_read_where_it_was_worked_out(tmp_path: Path):
    with_it, without = particle_order(probed=True), particle_order()
    read = read_order(save_order(tmp_path / "with.npz", with_it)).separation
    assert read is not None
    assert with_it.separation is not None
    assert read.verdict == with_it.separation.verdict
    assert read_order(save_order(tmp_path / "without.npz", without)).separation is None
    arrays = order_arrays(with_it)
    np.savez(tmp_path / "odd.npz", **{**arrays, "separation_widths": arrays["separation_widths"][:-1]})
    with pytest.raises(RunError, match="damaged"):
        read_order(tmp_path / "odd.npz")


def test_frames_between_those_that_were_looked_at_have_no_row():
    order = particle_order((3, 2))
    assert [order.row_of(frame) for frame in range(4)] == [0, None, 1, None]
    assert order.particles(1) == slice(3, 5)


def test_shares_of_groups_add_up_to_one_in_each_frame():
    shares = particle_order((3, 2)).shares("phase")
    np.testing.assert_array_equal(shares, [[1, 0, 0], [0, 0, 1]])
    np.testing.assert_allclose(particle_order((3, 2)).shares("cluster").sum(axis=1), 1)


def test_a_missing_file_is_said(tmp_path: Path):
    with pytest.raises(RunError, match="There is no file"):
        read_order(tmp_path / "order.npz")


@pytest.mark.parametrize("name", ["offsets", "values", "members", "upper"])
def test_arrays_that_do_not_fit_are_damage(tmp_path: Path, name: str):
    arrays = order_arrays(particle_order())
    np.savez(tmp_path / "order.npz", **{**arrays, name: arrays[name][:-1]})
    with pytest.raises(RunError, match="damaged"):
        read_order(tmp_path / "order.npz")


def test_a_particle_of_no_known_group_is_damage(tmp_path: Path):
    order = particle_order()
    wrong = replace(order, members=np.full_like(order.members, 7))
    with pytest.raises(RunError, match="a particle is of no known"):
        read_order(save_order(tmp_path / "order.npz", wrong))
