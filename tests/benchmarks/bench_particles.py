"""Frames per second of the particles of a trajectory, turned in the window, on one thread and without a GPU.

    QT_QPA_PLATFORM=offscreen python -m tests.benchmarks.bench_particles

Draws cubes of disturbed particles in a view of 600 x 600 pixels, turned by three degrees each time, and
prints a table: milliseconds of processor time for the depth buffer alone, and for a whole picture.
"""

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QApplication

from core.structures.trajectories.particles import Particles
from desktop_app.trajectory.particle_scene import ParticleScene
from desktop_app.trajectory.particle_view import ParticleView
from desktop_app.trajectory.sphere_raster import Ball, draw_balls

EDGES = (10, 22, 37, 47)  # particles along the edge of a cube
SIDE = 600  # pixels
ROUNDS = 10


def cube(edge: int) -> ParticleScene:
    random = np.random.default_rng(0)
    grid = np.stack(np.meshgrid(*[np.arange(edge)] * 3), axis=-1).reshape(-1, 3)
    positions = grid + random.normal(scale=0.08, size=grid.shape)
    species = np.zeros(len(grid), dtype=np.int64)
    return ParticleScene.of(
        Particles("cube", positions, edge * np.eye(3), np.ones(3, dtype=bool), species, ("A",))
    )


def milliseconds(call: Callable[[], object]) -> float:
    """Processor time of a call at its best, which other programs disturb least."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        call()
        best = min(best, time.process_time() - started)
    return 1000 * best


def main() -> None:
    app = QApplication([])
    view = ParticleView()
    view.resize(SIDE, SIDE)
    print(f"{'particles':>9}{'buffer ms':>11}{'picture ms':>12}{'pictures/s':>12}")
    for edge in EDGES:
        scene = cube(edge)
        colors = np.random.default_rng(0).integers(0, 255, (len(scene.points), 3)).astype(np.uint8)
        view.show_scene(scene, colors)
        scale = SIDE / (2 * scene.reach)
        places, depths = scene.points[:, :2] * scale + SIDE / 2, scene.points[:, 2] * scale
        ball = Ball.of_radius(scene.radius * scale)

        def turn() -> None:
            view.turn(3.0, 0.0)
            view.grab()

        buffer = milliseconds(lambda: draw_balls(places, depths, ball, (SIDE, SIDE)))  # noqa: B023 (at once)
        picture = milliseconds(turn)
        print(f"{len(scene.points):>9,}{buffer:>11.1f}{picture:>12.1f}{1000 / picture:>12.0f}")
    app.quit()


if __name__ == "__main__":
    main()
