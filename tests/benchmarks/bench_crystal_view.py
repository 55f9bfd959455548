"""How long a large crystal takes to appear in the 3-D view, and how fast it turns.

    nice python -m tests.benchmarks.bench_crystal_view [CELLS]

Shows rock salt of CELLS^3 unit cells (9: 5,832 sites) in a view of 700 x 600 pixels, again and again, and
turns it. Prints seconds by the clock and of the processor, those of the web engine's processes included, at
their best; and beside them how long a loop that only counts takes by the clock for a second of the processor.
"""

import os
import sys
import time
from collections.abc import Callable

import numpy as np
import psutil
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication

from core.structures.structure import Structure
from desktop_app.crystal.scene import build_scene
from desktop_app.crystal.view import CrystalView
from desktop_app.crystal.web_page import register_scheme
from desktop_app.upkeep.environment import prepare_environment
from tests.benchmarks.window_stage import wait, wait_until

ROUNDS, TURNS = 4, 15
SIZE = 700, 600  # pixels
SETTLE = 1.0  # seconds, in which the picture is refined
VIEWER = "window[document.body.dataset.viewer]"
TURN = f"""
(() => {{
  const gl = {VIEWER}.renderer.getContext();
  const started = performance.now();
  for (let n = 0; n < {TURNS}; n++) {{
    {VIEWER}.rotate(3, 'y');  // which draws
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));  // which waits
  }}
  return (performance.now() - started) / {TURNS};
}})()
"""


def rock_salt(cells: int) -> Structure:
    """Rock salt in a supercell with so many cells along each axis."""
    corners = [(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)]
    frac = np.array(corners + [((x + 0.5) % 1, y, z) for x, y, z in corners])
    shifts = np.stack(np.meshgrid(*[np.arange(cells)] * 3), axis=-1).reshape(-1, 1, 3)
    species = (({"Na": 1.0},) * 4 + ({"Cl": 1.0},) * 4) * cells**3
    return Structure(5.64 * cells * np.eye(3), ((frac + shifts) / cells).reshape(-1, 3), species)


def processor_seconds() -> float:
    """Of this process and those of the web engine."""
    own = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (own, *own.children(recursive=True)))


def best(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor that a call takes, each at its best."""
    rows = []
    for _ in range(ROUNDS):
        began, spent = time.perf_counter(), processor_seconds()
        call()
        rows.append((time.perf_counter() - began, processor_seconds() - spent))
        wait(SETTLE)
    return min(row[0] for row in rows), min(row[1] for row in rows)


def slowness() -> float:
    """Seconds by the clock that a second of the processor takes at present."""
    began, spent = time.perf_counter(), time.process_time()
    while time.process_time() - spent < 0.5:
        pass
    return (time.perf_counter() - began) / 0.5


def turned(view: CrystalView) -> float:
    """Milliseconds of the clock for each picture."""
    found: list[float] = []
    view.findChild(QWebEngineView).page().runJavaScript(TURN, found.append)
    wait_until(lambda: bool(found))
    return found[0]


def shown(view: CrystalView, structure: Structure) -> None:
    done: list[int] = []
    view.shown.connect(done.append)
    scene = build_scene(structure)
    view.show_scene(scene)
    wait_until(lambda: len(scene.atom_xyz) in done)  # others may still come from what was told before
    view.shown.disconnect(done.append)


def main() -> None:
    cells = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    prepare_environment()
    register_scheme()
    app = QApplication(["siteloupe"])
    view = CrystalView()
    view.resize(*SIZE)
    view.show()
    wait_until(lambda: view.is_live)
    shown(view, rock_salt(1))
    crystal = rock_salt(cells)
    print(f"load {os.getloadavg()[0]:.1f}, niceness {os.nice(0)}, a second takes {slowness():.2f} s")
    clock, processor = best(lambda: shown(view, crystal))
    print(
        f"{crystal.num_sites:,} sites appear after {clock:.2f} s by the clock, {processor:.2f} s of processor"
    )
    spent = processor_seconds()
    pictures = [turned(view) for _ in range(ROUNDS)]
    used = (processor_seconds() - spent) / (ROUNDS * TURNS)
    print(f"turning: {min(pictures):.0f} ms, {1000 * used:.0f} ms of processor time a picture")
    view.close_page()
    app.quit()


if __name__ == "__main__":
    main()
