"""Distances and angles between atoms that are clicked one after the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.crystal.scene import Scene

_MOST = 3  # atoms: two make a distance, three an angle at the middle one
_ASIDE = 0.6  # angstrom by which the words of an angle stand outside of its arms, up to twice

Text = tuple[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Measurement:
    """Atoms of a scene in the order of clicks; words with their places (angstrom); all in a sentence."""

    atoms: tuple[int, ...] = ()
    texts: tuple[Text, ...] = ()
    sentence: str = "Click two atoms for their distance, a third for the angle."


def pick(picked: tuple[int, ...], atom: int) -> tuple[int, ...]:
    """The picked atoms after another click: on one of them lets go of it, a fourth begins anew."""
    if atom in picked:
        return tuple(one for one in picked if one != atom)
    return (*picked, atom) if len(picked) < _MOST else (atom,)


def measure(scene: Scene, atoms: tuple[int, ...]) -> Measurement:
    """Measure between neighbours in the order of clicks, as they are drawn; angles are at the second atom."""
    if not atoms:
        return Measurement()
    places = scene.atom_xyz[list(atoms)]
    names = [scene.labels[scene.atom_site[atom]] for atom in atoms]
    if len(atoms) == 1:
        return Measurement(atoms, (), f"{names[0]}: click a second atom for the distance.")
    lengths = [float(np.linalg.norm(step)) for step in np.diff(places, axis=0)]
    texts = [_text(f"{length:.3f} Å", (places[n] + places[n + 1]) / 2) for n, length in enumerate(lengths)]
    parts = [
        f"{one} to {other} {length:.3f} Å"
        for one, other, length in zip(names, names[1:], lengths, strict=False)
    ]
    if len(atoms) == _MOST:
        arms = (places[[0, 2]] - places[1]) / np.linalg.norm(places[[0, 2]] - places[1], axis=1)[:, None]
        angle = float(np.degrees(np.arccos(np.clip(arms[0] @ arms[1], -1, 1))))
        texts.append(_text(f"{angle:.2f}°", places[1] - _ASIDE * arms.sum(axis=0)))
        parts.append(f"angle at {names[1]} {angle:.2f}°")
    return Measurement(atoms, tuple(texts), ", ".join(parts) + ".")


def _text(words: str, place: NDArray[np.float64]) -> Text:
    x, y, z = (round(float(part), 4) for part in place)
    return words, (x, y, z)
