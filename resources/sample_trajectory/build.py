"""Simulate argon that condenses and crystallises: gas, liquid and crystal in one trajectory.

    python resources/sample_trajectory/build.py [FILE]

needs the extra `simulation` (OpenMM) and some five minutes of one processor core; writes argon.gsd beside
this file, or FILE, in angstrom. Nothing is put in place by hand: the gas is cooled at constant pressure, and
what it becomes is its own doing. Another version of OpenMM, or another machine, takes another way there.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import gsd.hoomd
import numpy as np
import openmm
from openmm import unit

HERE = Path(__file__).resolve().parent

# Argon as Lennard-Jones spheres (Rowley, Nicholson, Parsonage, J. Comput. Phys. 17, 401 (1975)), cut off.
SIGMA = 0.3405  # nm
EPSILON = 119.8 * 0.00831446  # kJ/mol
CUTOFF = 2.5 * SIGMA
MASS = 39.948  # u

NUM_ATOMS = 864
FIRST_DENSITY = 0.05 / SIGMA**3  # atoms per cubic nanometre
PRESSURE = 20.0  # bar
FRICTION = 0.5  # per picosecond
TIME_STEP = 0.010  # ps
STEPS_BETWEEN_VOLUMES = 20
# The barostat tries changes in proportion to the first volume that it sees: it is shown a new one this often.
STEPS_AT_ONCE = 500
SEED = 1


class Stage(NamedTuple):
    """A stretch of the simulation at one temperature."""

    temperature: float  # K
    num_frames: int
    steps_per_frame: int


# Gas; what it condenses to; and deep enough below the melting point to crystallise within a nanosecond.
STAGES = (Stage(140.0, 20, 1000), Stage(95.0, 30, 1000), Stage(52.0, 60, 4000))


def argon_gas(temperature: float) -> openmm.Context:
    """Set up a gas on a lattice, which forgets that at once, at constant temperature and pressure."""
    edge = (NUM_ATOMS / FIRST_DENSITY) ** (1 / 3)
    system = openmm.System()
    system.setDefaultPeriodicBoxVectors(*(edge * np.eye(3)))
    force = openmm.NonbondedForce()
    force.setNonbondedMethod(openmm.NonbondedForce.CutoffPeriodic)
    force.setCutoffDistance(CUTOFF)
    force.setUseDispersionCorrection(False)
    for _ in range(NUM_ATOMS):
        system.addParticle(MASS)
        force.addParticle(0.0, SIGMA, EPSILON)
    system.addForce(force)
    barostat = openmm.MonteCarloBarostat(PRESSURE, temperature, STEPS_BETWEEN_VOLUMES)
    barostat.setRandomNumberSeed(SEED)
    system.addForce(barostat)
    integrator = openmm.LangevinMiddleIntegrator(temperature, FRICTION, TIME_STEP)
    integrator.setRandomNumberSeed(SEED)
    platform = openmm.Platform.getPlatformByName("CPU")
    context = openmm.Context(system, integrator, platform, {"Threads": "1"})
    number = int(np.ceil(NUM_ATOMS ** (1 / 3)))
    grid = np.stack(np.meshgrid(*[np.arange(number)] * 3), axis=-1).reshape(-1, 3)[:NUM_ATOMS]
    context.setPositions(grid * edge / number)
    context.setVelocitiesToTemperature(temperature, SEED)
    return context


def advance(context: openmm.Context, stage: Stage) -> None:
    """Simulate from one frame to the next."""
    context.getIntegrator().setTemperature(stage.temperature)
    for _ in range(stage.steps_per_frame // STEPS_AT_ONCE):
        context.reinitialize(preserveState=True)
        context.setParameter(openmm.MonteCarloBarostat.Temperature(), stage.temperature)
        context.getIntegrator().step(STEPS_AT_ONCE)


def frame_of(context: openmm.Context, step: int) -> gsd.hoomd.Frame:
    """Take the present positions, in angstrom, about the middle of the box."""
    state = context.getState(positions=True, enforcePeriodicBox=True)
    positions = state.getPositions(asNumpy=True).value_in_unit(unit.angstrom)
    edges = np.diag(state.getPeriodicBoxVectors(asNumpy=True).value_in_unit(unit.angstrom))
    frame = gsd.hoomd.Frame()
    frame.configuration.step = step
    frame.configuration.box = [*edges, 0, 0, 0]
    frame.particles.N = len(positions)
    frame.particles.types = ["Ar"]
    frame.particles.position = positions - edges / 2
    return frame


def simulate(path: Path, stages: tuple[Stage, ...] = STAGES) -> None:
    """Go through the stages and write their frames."""
    context, step = argon_gas(stages[0].temperature), 0
    with gsd.hoomd.open(str(path), "w") as file:
        for stage in stages:
            for number in range(stage.num_frames):
                advance(context, stage)
                step += stage.steps_per_frame
                frame = frame_of(context, step)
                file.append(frame)
                density = NUM_ATOMS / np.prod(frame.configuration.box[:3])
                print(f"{stage.temperature:g} K, frame {number + 1}: {density:.4f} atoms per cubic angstrom")


if __name__ == "__main__":
    simulate(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "argon.gsd")
