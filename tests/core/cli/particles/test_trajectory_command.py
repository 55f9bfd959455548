import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.evaluation.particles import frame_classifier
from core.evaluation.particles.frame_classifier import TRAINING, picture_frames
from core.structures.prototype_cells import prototype_cell
from core.structures.trajectories.particles import Particles, particles_of, repeated
from core.training.clouds.model_file import CloudCard, save_cloud_model
from tests.core.objectives.clouds.prototypes import prototype_clouds, task_of

Siteloupe = Callable[..., Any]


def xyz(frame: Particles) -> str:
    box = " ".join(map(str, frame.box.ravel().tolist()))
    lines = [f"A {x} {y} {z}" for x, y, z in frame.positions.tolist()]
    return "\n".join([str(len(frame)), f'Lattice="{box}"', *lines]) + "\n"


@pytest.fixture
def crystals(tmp_path: Path) -> Path:
    """Copper, tungsten and copper again, each a frame."""
    path = tmp_path / "crystals.xyz"
    cells = [particles_of(prototype_cell(name), name) for name in ("cF4-Cu", "cI2-W", "cF4-Cu")]
    path.write_text("".join(xyz(repeated(cell, 30)) for cell in cells))
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_every_particle_gets_its_order_parameters(siteloupe: Siteloupe, crystals: Path, tmp_path: Path):
    out = tmp_path / "orders.csv"
    assert siteloupe("trajectory", crystals, "--out", out).status == 0
    lines = rows(out)
    assert list(lines[0]) == ["frame", "particle", "species", "q4", "q6", "averaged_q4", "averaged_q6"]
    copper = [line for line in lines if line["frame"] == "1"]
    assert [line["particle"] for line in copper] == [str(k) for k in range(1, len(copper) + 1)]
    assert {line["species"] for line in copper} == {"A"}
    for line in copper:
        assert (float(line["q4"]), float(line["averaged_q6"])) == pytest.approx((0.191, 0.575), abs=1e-3)


def test_json_names_the_frames_and_what_differs_in_them(siteloupe: Siteloupe, crystals: Path, tmp_path: Path):
    outcome = siteloupe("trajectory", crystals, "--out", tmp_path / "o.csv", "--every", 2, "--json").json
    assert outcome["frames"] == [1, 3]
    assert outcome["remarks"] == outcome["rejected"] == []
    outcome = siteloupe("trajectory", crystals, "--out", tmp_path / "o.csv", "--json").json
    assert outcome["remarks"] == ["crystals.xyz, frame 2: the box is not that of the first frame."]


def test_neighbours_and_degrees_are_chosen(siteloupe: Siteloupe, crystals: Path, tmp_path: Path):
    out = tmp_path / "orders.csv"
    siteloupe("trajectory", crystals, "--out", out, "--neighbours", 8, "--degrees", "6, 2")
    tungsten = [line for line in rows(out) if line["frame"] == "2"]
    assert list(tungsten[0])[3:] == ["q6", "q2", "averaged_q6", "averaged_q2"]
    assert {round(float(line["q6"]), 3) for line in tungsten} == {0.629}


def test_directions_of_bonds_are_written_for_each_frame(siteloupe: Siteloupe, crystals: Path, tmp_path: Path):
    bonds = tmp_path / "bonds.npz"
    siteloupe("trajectory", crystals, "--out", tmp_path / "orders.csv", "--bonds", bonds)
    arrays = np.load(bonds)
    assert arrays["frames"].tolist() == [1, 2, 3]
    assert arrays["upper"].shape == arrays["lower"].shape == (3, 101, 101)
    np.testing.assert_array_equal(arrays["upper"][0], arrays["upper"][2])


def test_the_picture_of_phases_is_of_the_frames_between_those_that_are_learned(
    siteloupe: Siteloupe, crystals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    learn = picture_frames
    quickly = {"clouds_per_frame": 4, "width": 4, "training": TRAINING.model_copy(update={"epochs": 1})}
    monkeypatch.setattr(frame_classifier, "picture_frames", lambda *a, **k: learn(*a, **k, **quickly))
    crystals.write_text(crystals.read_text() * 2)
    out, phases = tmp_path / "orders.csv", tmp_path / "phases.npz"
    assert siteloupe("trajectory", crystals, "--out", out, "--phases", phases).status == 0
    arrays = np.load(phases)
    assert (arrays["learned"].tolist(), arrays["shown"].tolist()) == ([1, 3, 5], [2, 4, 6])
    np.testing.assert_allclose(arrays["image"].sum(axis=1), 1, rtol=1e-5)
    lines = rows(phases.with_suffix(".csv"))
    assert list(lines[0]) == ["frame", "as frame 1", "as frame 3", "as frame 5"]
    assert phases.with_suffix(".svg").exists()


def test_particles_are_compared_with_structure_types(siteloupe: Siteloupe, crystals: Path, tmp_path: Path):
    out, model = tmp_path / "orders.csv", tmp_path / "model.safetensors"
    task = task_of("shift")
    save_cloud_model(model, CloudCard.of(task, prototype_clouds(clouds_per_crystal=2), 0, 0, {}), task)
    kinds = ("--structures", "cF4-Cu,cI2-W")
    outcome = siteloupe("trajectory", crystals, "--out", out, "--nearest", model, *kinds)
    assert outcome.status == 0, outcome.err
    assert "nearest" in outcome.out
    lines = rows(out)
    assert {line["nearest"] for line in lines} <= {"cF4-Cu", "cI2-W"}
    # The network has learned nothing: that it tells copper is luck of its shells, and enough for this test.
    copper = [line["nearest"] for line in lines if line["frame"] == "1"]
    assert copper.count("cF4-Cu") > len(copper) / 2
    assert all(float(line["distance"]) >= 0 for line in lines)
    assert siteloupe("trajectory", crystals, "--out", out, *kinds).status == 1


def test_damaged_frames_are_left_out_and_named(siteloupe: Siteloupe, crystals: Path, tmp_path: Path):
    crystals.write_text(crystals.read_text() + "2\n\nA 0 0 0\n")
    outcome = siteloupe("trajectory", crystals, "--out", tmp_path / "orders.csv", "--json")
    assert outcome.status == 0
    assert outcome.json["frames"] == [1, 2, 3]
    (rejected,) = outcome.json["rejected"]
    assert rejected["frame"] == 4
    assert rejected["reason"].startswith("crystals.xyz, frame 4: it breaks off")


def test_a_trajectory_of_damaged_frames_only_is_a_failure(siteloupe: Siteloupe, tmp_path: Path):
    path, out = tmp_path / "gas.xyz", tmp_path / "orders.csv"
    path.write_text("2\n\nA 0 0 0\nA nan 0 0\n")
    outcome = siteloupe("trajectory", path, "--out", out)
    assert outcome.status == 1
    assert "gas.xyz, frame 1: the position of particle 2 is not a finite number" in outcome.err
    assert not out.exists()


@pytest.mark.parametrize("box", ["", 'Lattice="9 0 0 0 9 0 0 0 9"'])
def test_too_few_particles_for_the_neighbours_are_said(siteloupe: Siteloupe, tmp_path: Path, box: str):
    path = tmp_path / "gas.xyz"
    path.write_text(f"2\n{box}\nA 0 0 0\nA 1 0 0\n")
    outcome = siteloupe("trajectory", path, "--out", tmp_path / "orders.csv")
    assert outcome.status == 1
    assert "gas.xyz, frame 1: 2 particles are too few for 12 neighbours" in outcome.err


@pytest.mark.parametrize(
    ("option", "value", "status"),
    [
        ("--degrees", "four", 1),
        ("--degrees", "0", 1),
        ("--degrees", "", 1),
        ("--every", "0", 2),
        ("--neighbours", "x", 2),
    ],
)
def test_options_that_mean_nothing_are_refused(
    siteloupe: Siteloupe, crystals: Path, tmp_path: Path, option: str, value: str, status: int
):
    assert siteloupe("trajectory", crystals, "--out", tmp_path / "o.csv", option, value).status == status
