from dataclasses import replace
from pathlib import Path

import numpy as np

from core.structures.trajectories.trajectory import read_trajectory
from desktop_app.crystal.elements import element_look
from desktop_app.look.colours import BLUE, NO_VALUE, rgb
from desktop_app.plots.colourings import OTHERS
from desktop_app.trajectory.opened import ShownFrame, read_frame
from desktop_app.trajectory.particle_colours import SPECIES, ParticleColours, legend_colors
from tests.core.jobs.particle_orders import particle_order
from tests.desktop_app.trajectory.trajectory_projects import SIZE, write_trajectory


def frame(folder: Path, number: int = 0, names: tuple[str, ...] = ("Ar",)) -> ShownFrame:
    return read_frame(read_trajectory(write_trajectory(folder / "melt.gsd", names=names)), number)


def test_without_an_analysis_there_are_species_in_the_colours_of_elements(tmp_path: Path):
    colours = ParticleColours(None)
    assert colours.titles == [SPECIES]
    colouring, colors = colours.of_frame(SPECIES, frame(tmp_path))
    assert colouring.categories == ("Ar",)
    assert colors.shape == (SIZE, 3)
    assert (colors == rgb(element_look("Ar").color)).all()


def test_species_that_are_no_elements_can_be_told_apart(tmp_path: Path):
    colouring, colors = ParticleColours(None).of_frame(SPECIES, frame(tmp_path, names=("A", "B")))
    assert len(np.unique(colors, axis=0)) == 2
    assert legend_colors(colouring)[0] == BLUE


def test_an_analysis_brings_groups_and_numbers_on_one_scale_for_all_frames(tmp_path: Path):
    order = particle_order((SIZE,) * 3)
    colours = ParticleColours(order)
    assert colours.titles[:4] == ["species", "phase", "cluster", "q4"]
    _, everywhere = colours.all("averaged q6")
    colouring, here = colours.of_frame("averaged q6", frame(tmp_path, 2))
    np.testing.assert_array_equal(here, everywhere[SIZE : 2 * SIZE])
    np.testing.assert_allclose(colouring.values, order.column("averaged q6")[SIZE : 2 * SIZE], rtol=1e-7)
    assert colours.of_frame("phase", frame(tmp_path, 0))[0].text_of(0) == "phase: gas"


def test_a_frame_that_was_not_analysed_is_coloured_by_species(tmp_path: Path):
    colouring, _ = ParticleColours(particle_order((SIZE,) * 3)).of_frame("phase", frame(tmp_path, 1))
    assert colouring.title == SPECIES


def test_more_groups_than_colours_are_gathered():
    order = particle_order((20, 20))
    names = tuple(str(k) for k in range(9))
    many = replace(order, groups={"cluster": names}, members=np.arange(40)[:, None] % 9)
    colouring, colors = ParticleColours(many).all("cluster")
    assert colouring.categories[-1] == OTHERS
    assert (colors[8] == rgb(NO_VALUE)).all()
    assert colouring.text_of(7) == f"cluster: {OTHERS}"
