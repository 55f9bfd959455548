"""Small trajectories in each format, written for tests."""

from collections.abc import Callable
from pathlib import Path

import gsd.hoomd
import numpy as np

TILTED = np.array([[6.0, 0, 0], [1.5, 5.0, 0], [-0.5, 1.0, 4.0]])
PLACES = np.array([[0.1, 0.2, 0.3], [0.6, 0.7, 0.8], [0.4, 0.9, 0.1], [0.9, 0.4, 0.5]])
NAMES = ["B", "A", "A", "B"]


def write_gsd(path: Path, scales: tuple[float, ...] = (1.0, 1.0)) -> Path:
    """Four particles in a tilted box, one frame for each scale of it."""
    lx, ly, lz = np.diag(TILTED)
    tilts = TILTED[1, 0] / ly, TILTED[2, 0] / lz, TILTED[2, 1] / lz
    with gsd.hoomd.open(str(path), "w") as file:
        for step, scale in enumerate(scales):
            frame = gsd.hoomd.Frame()
            frame.configuration.step = step
            frame.configuration.box = [scale * lx, scale * ly, scale * lz, *tilts]
            frame.particles.N = len(PLACES)
            frame.particles.position = scale * (PLACES - 0.5) @ TILTED
            frame.particles.types = ["A", "B"]
            frame.particles.typeid = [["A", "B"].index(name) for name in NAMES]
            frame.log["particles/energy"] = np.arange(4.0)
            frame.log["temperature"] = np.array([0.5])
            file.append(frame)
    return path


def write_xyz(path: Path, scales: tuple[float, ...] = (1.0, 1.0)) -> Path:
    """The same particles as extended XYZ."""
    lines = []
    for scale in scales:
        box = " ".join(str(x) for x in (scale * TILTED).ravel())
        lines += ["4", f'Lattice="{box}" Properties=species:S:1:pos:R:3:phase:I:1 time=0.5']
        positions = scale * PLACES @ TILTED
        lines += [
            f"{name} {x} {y} {z} {k}"
            for k, (name, (x, y, z)) in enumerate(zip(NAMES, positions.tolist(), strict=True))
        ]
    path.write_text("\n".join(lines) + "\n")
    return path


def write_lammps(path: Path, scales: tuple[float, ...] = (1.0, 1.0)) -> Path:
    """The same particles as a LAMMPS dump with scaled coordinates, in another order."""
    lines = []
    for step, scale in enumerate(scales):
        box = scale * TILTED
        xy, xz, yz = box[1, 0], box[2, 0], box[2, 1]
        bounds = [
            (min(0, xy, xz, xy + xz), box[0, 0] + max(0, xy, xz, xy + xz), xy),
            (min(0, yz), box[1, 1] + max(0, yz), xz),
            (0.0, box[2, 2], yz),
        ]
        lines += ["ITEM: TIMESTEP", str(step), "ITEM: NUMBER OF ATOMS", "4"]
        lines += ["ITEM: BOX BOUNDS xy xz yz pp pp pp"]
        lines += [f"{low + 2.5} {high + 2.5} {tilt}" for low, high, tilt in bounds]
        lines += ["ITEM: ATOMS id type xs ys zs c_energy"]
        for k in (2, 0, 3, 1):
            x, y, z = PLACES[k].tolist()
            lines.append(f"{k + 1} {'AB'.index(NAMES[k]) + 1} {x} {y} {z} {k}.0")
    path.write_text("\n".join(lines) + "\n")
    return path


WRITERS: dict[str, Callable[..., Path]] = {
    "melt.gsd": write_gsd,
    "melt.xyz": write_xyz,
    "melt.lammpstrj": write_lammps,
}
