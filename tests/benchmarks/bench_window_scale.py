"""How the window bears much: memory and panning with 100,000 structures, and a crystal of 5,000 sites.

    nice python -m tests.benchmarks.bench_window_scale [NUMBER]

The map is drawn by numpy in the window's thread, whose processor time is counted; the crystal by the web
engine in processes of its own, by the clock. Both bear what else the machine does.
"""

import os
import sys
import time

import psutil

from desktop_app.crystal.scene import build_scene
from tests.benchmarks.bench_crystal_view import rock_salt, turned
from tests.benchmarks.window_stage import Stage, make_project, stage, wait_until

PANS = 30
CELLS = 9  # along each axis: 8 * 9^3 = 5,832 sites


def memory_line(on: Stage, title: str) -> str:
    own = psutil.Process().memory_info().rss
    others = sum(child.memory_info().rss for child in psutil.Process().children(recursive=True))
    return f"{title}: window {own / 1024**2:.0f} MB, processes of the web engine {others / 1024**2:.0f} MB"


def pan(on: Stage) -> float:
    """Frames per second of processor time while the map is moved and drawn."""
    plot = on.window.map.plot
    best = float("inf")
    for step in range(PANS):
        began = time.thread_time()
        plot.box.translateBy(x=0.02 if step % 2 else -0.02)
        plot.plot.viewport().repaint()
        best = min(best, time.thread_time() - began)
    return 1 / best


def show_large(on: Stage) -> None:
    """Time from the scene to its picture, and how fast that turns."""
    view, crystal = on.window.crystal.view, rock_salt(CELLS)
    began, spent = time.perf_counter(), time.thread_time()
    scene = build_scene(crystal)
    built = time.perf_counter() - began
    shown: list[int] = []
    view.shown.connect(shown.append)
    view.show_scene(scene)
    wait_until(lambda: len(scene.atom_xyz) in shown)
    print(
        f"{crystal.num_sites:,} sites: scene {built:.2f} s, shown after {time.perf_counter() - began:.2f} s, "
        f"{time.thread_time() - spent:.2f} s of the window's thread"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with stage() as on:
        print(memory_line(on, "without a project"), flush=True)
        mapped = make_project(on.place / "project", count)
        print(f"{count:,} structures, load {os.getloadavg()[0]:.1f}, niceness {os.nice(0)}", flush=True)
        print(memory_line(on, "after making them here"), flush=True)
        on.window.projects.open_folder(on.place / "project")
        wait_until(lambda: on.window.structures.model.num_rows == count)
        wait_until(lambda: on.window.crystal.view is not None and on.window.crystal.view.is_live)
        print(memory_line(on, "with the project"), flush=True)
        on.session.select_run(mapped.name)
        on.window.actions_table["show_map"].trigger()
        wait_until(lambda: len(on.window.map.plot.cloud.places) == count)
        print(f"map of {count:,}: {pan(on):.0f} frames per second of processor time")
        print(memory_line(on, "with the map"), flush=True)
        show_large(on)
        print(f"turning it: {turned(on.window.crystal.view):.0f} ms by the clock for each picture")


if __name__ == "__main__":
    main()
