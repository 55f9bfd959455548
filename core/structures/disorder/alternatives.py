"""Disorder groups of molecular crystals: which sites stand in for each other, and which come together.

A molecule that is found in two orientations is listed twice, each time partly occupied. The CIF core
dictionary names such a cluster of atoms an assembly and each orientation a group of it; a group whose
symmetry images overlap has a negative number (SHELX's PART -1), since its alternatives are its own images.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from gemmi import cif
from numpy.typing import NDArray

from core.structures.close_pairs import CLOSE, close_pairs
from core.structures.structure import Structure

OVERLAP = 1.6  # angstrom; images of a group with a negative number that are nearer exclude each other
SLACK = 0.05  # by which occupancies of alternatives may differ from 1 in sum
WHOLE = 0.99  # a lower occupancy is a partial one

_NONE = ("", ".", "?", "0")


@dataclass(frozen=True)
class DisorderGroup:
    """A group of an assembly, as the file names them; `number` is 1 where the name is no number."""

    assembly: str
    name: str

    @property
    def number(self) -> int:
        """Its number, negative for a group that overlaps with its own images."""
        try:
            return int(self.name)
        except ValueError:
            return 1


def disorder_groups(block: cif.Block) -> dict[str, DisorderGroup]:
    """The group of each atom that is in one, by its label; a label that is used twice is left out."""
    groups = block.find_values("_atom_site_disorder_group") or block.find_values("_atom_site.disorder_group")
    labels = block.find_values("_atom_site_label") or block.find_values("_atom_site.label")
    if len(groups) == 0 or len(groups) != len(labels):
        return {}
    tags = block.find_values("_atom_site_disorder_assembly")
    tags = tags or block.find_values("_atom_site.disorder_assembly")
    assemblies = list(tags) if len(tags) == len(groups) else ["."] * len(groups)
    names = [cif.as_string(label).strip() for label in labels]
    times = Counter(names)
    return {
        name: DisorderGroup(cif.as_string(assembly).strip(), cif.as_string(group).strip())
        for name, assembly, group in zip(names, assemblies, groups, strict=True)
        if group not in _NONE and times[name] == 1
    }


def with_alternatives(structure: Structure, groups: Mapping[str, DisorderGroup]) -> Structure:
    """Note in `structure.alternatives` which sites exclude each other; images in the order of the operators.

    Groups of an assembly are alternatives to each other. An assembly whose occupancies exceed 1 holds
    several clusters: its groups are taken in order until each place is filled. Images of one group that
    overlap are alternatives too. Sites that are wholly occupied in a partly occupied group are in none,
    nor are those on a special position in a group whose images overlap.
    """
    sites = _sites_of_groups(structure, groups)
    alternatives = np.full((structure.num_sites, 2), -1)
    for cluster in _clusters(structure, sites):
        members = np.concatenate([sites[group] for group in cluster])
        choices = np.concatenate([np.full(len(sites[group]), k) for k, group in enumerate(cluster)])
        images = _images(structure, members)
        reach = OVERLAP if any(group.number < 0 for group in cluster) else CLOSE
        layer = _layers(structure, members, choices, images, reach)
        number = alternatives[:, 0].max() + 1
        alternatives[members] = np.stack([np.full(len(members), number), choices], axis=1)
        if layer.any():
            alternatives[members, 1] += len(cluster) * layer[images]
            alternatives[members[images < 0]] = -1
    if (alternatives < 0).all():
        return structure
    return replace(structure, alternatives=tuple(map(tuple, alternatives.tolist())))


def share_equally(structure: Structure) -> Structure | None:
    """Divide the places of alternatives that are all listed as wholly occupied; None where there are none."""
    species = list(structure.species)
    for occupancy_of, members in _choices(structure):
        total = sum(occupancy_of.values())
        if total > 1.0 + SLACK and min(occupancy_of.values()) > 1.0 - SLACK:
            for site in members:
                species[site] = {element: amount / total for element, amount in species[site].items()}
    return None if species == list(structure.species) else replace(structure, species=tuple(species))


def chosen_alternatives(structure: Structure) -> NDArray[np.int64]:
    """For each site 1 where it belongs to the most occupied alternative, 0 to another, -1 to none.

    Of equal ones the first is chosen; none where the place is more likely vacant.
    """
    chosen = np.full(structure.num_sites, -1)
    for occupancy_of, members in _choices(structure):
        best = max(occupancy_of, key=lambda choice: (round(occupancy_of[choice], 6), -choice))
        is_there = occupancy_of[best] >= 1.0 - sum(occupancy_of.values()) - 1e-6
        for site in members:
            chosen[site] = int(is_there and structure.alternatives[site][1] == best)
    return chosen


def _choices(structure: Structure) -> Iterable[tuple[dict[int, float], list[int]]]:
    """For each cluster the mean occupancy of each alternative, and all its sites."""
    clusters: dict[int, list[int]] = {}
    for site, (cluster, _) in enumerate(structure.alternatives):
        if cluster >= 0:
            clusters.setdefault(cluster, []).append(site)
    for members in clusters.values():
        amounts: dict[int, list[float]] = {}
        for site in members:
            amounts.setdefault(structure.alternatives[site][1], []).append(float(structure.occupancies[site]))
        yield {choice: sum(found) / len(found) for choice, found in amounts.items()}, members


def _sites_of_groups(
    structure: Structure, groups: Mapping[str, DisorderGroup]
) -> dict[DisorderGroup, NDArray[np.int64]]:
    """Sites of each group: the partly occupied ones where there are any."""
    found: dict[DisorderGroup, list[int]] = {}
    for site, label in enumerate(structure.site_labels):
        if label in groups:
            found.setdefault(groups[label], []).append(site)
    sites = {}
    for group, members in found.items():
        partly = [site for site in members if structure.occupancies[site] < WHOLE]
        sites[group] = np.array(partly or members)
    return sites


def _clusters(
    structure: Structure, sites: Mapping[DisorderGroup, NDArray[np.int64]]
) -> list[list[DisorderGroup]]:
    """Groups that are alternatives to each other, in the order of their numbers."""
    clusters: list[list[DisorderGroup]] = []
    for assembly in dict.fromkeys(group.assembly for group in sites):
        groups = sorted((g for g in sites if g.assembly == assembly), key=lambda g: (abs(g.number), g.name))
        occupancy = {group: float(structure.occupancies[sites[group]].mean()) for group in groups}
        is_stated = min(occupancy.values()) < 1.0 - SLACK
        filled = 2.0
        for group in groups:
            if filled + occupancy[group] > 1.0 + SLACK and (is_stated or group is groups[0]):
                clusters.append([])
                filled = 0.0
            clusters[-1].append(group)
            filled += occupancy[group]
    return clusters


def _images(structure: Structure, members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which of the images with its label each site is, (num_members,).

    In general places the same operator made the same image of each atom. In special ones there are fewer:
    the images have no number, which is -1.
    """
    count: dict[str, int] = {}
    images = []
    for site in members.tolist():
        label = structure.site_labels[site]
        images.append(count.get(label, 0))
        count[label] = images[-1] + 1
    most = max(count.values())
    return np.array(
        [
            image if count[structure.site_labels[site]] == most else -1
            for site, image in zip(members.tolist(), images, strict=True)
        ]
    )


def _layers(
    structure: Structure,
    members: NDArray[np.int64],
    choices: NDArray[np.int64],
    images: NDArray[np.int64],
    reach: float,
) -> NDArray[np.int64]:
    """For each image the first layer in which it overlaps with no other; all 0 where none does with its own.

    Two layers hold the images of a molecule on a centre of inversion, three those around a threefold axis.
    """
    layer = np.zeros(images.max() + 1, dtype=np.int64)
    near = close_pairs(structure.lattice, structure.frac_coords[members], reach)
    one, other = images[near.i], images[near.j]
    overlap = (one != other) & (one >= 0) & (other >= 0)
    if not (choices[near.i] == choices[near.j])[overlap].any():
        return layer
    pairs = np.unique(np.sort(np.stack([one[overlap], other[overlap]], axis=1), axis=1), axis=0)
    for image in range(1, len(layer)):
        taken = set(layer[pairs[pairs[:, 1] == image, 0]].tolist())
        layer[image] = next(number for number in range(image + 1) if number not in taken)
    return layer
