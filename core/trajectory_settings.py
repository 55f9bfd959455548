"""Every setting of what is asked of a trajectory, and of what networks learn from clouds of particles."""

from collections import Counter
from itertools import chain
from typing import Literal

from core.errors import SettingError
from core.settings import Settings, setting

HIGHEST_DEGREE = 20
ORDER_DEGREE = 6  # that of the averaged parameter which tells solid from liquid
_MOST_FRAMES = 1_000_000


class TrajectoryPlanSettings(Settings):
    """Which frames of a trajectory are looked at, and what is worked out for their particles."""

    every: int = setting(
        1,
        label="Take each N-th frame",
        ge=1,
        le=1_000_000,
        help="1: all of them. More is quicker, and shows less of what happened.",
    )
    neighbours: int = setting(
        12,
        label="Neighbours",
        ge=2,
        le=200,
        help="How many of its nearest neighbours count for the order around a particle. In close packing "
        "there are 12 of them, in a body-centred cubic crystal 8 or 14, in a simple cubic one 6.",
    )
    degrees: str = setting(
        "4, 6",
        label="Degrees of order parameters",
        advanced=True,
        help=f"Degrees of Steinhardt's parameters, from 1 to {HIGHEST_DEGREE}, with commas between them. "
        f"{ORDER_DEGREE} comes along in any case, for phases are told by it.",
    )
    solid_order: float = setting(
        0.35,
        label="Solid from averaged q6 of",
        ge=0.0,
        le=1.0,
        advanced=True,
        help="Particles whose averaged q6 is as large are taken for solid. Liquids have some 0.15, crystals "
        "with thermal motion 0.35 to 0.55.",
    )
    clusters: int = setting(
        3,
        label="Clusters",
        ge=2,
        le=20,
        help="Into how many groups the embeddings of particles are divided. Needs a network for clouds.",
    )
    prototypes: bool = setting(
        True,
        label="Nearest structure types",
        help="Whether each particle is compared with noisy crystals of known structure types, as a network "
        "of one species sees them. Needs a network for clouds.",
    )
    attention: bool = setting(
        False,
        label="Attention on particles",
        help="How much attention each particle gets where it is a neighbour, 1 on average, to colour by. "
        "Needs a network for clouds, which is then asked once more.",
    )
    compare_frames: bool = setting(
        False,
        label="Compare frames",
        help="Whether a network learns to tell every second frame from the others, and is asked about those "
        "between: frames that it mixes up are alike. Takes minutes, and at least four frames.",
    )
    phases: str = setting(
        "",
        label="Frames of phases",
        help="Frames of which you know the phase, such as gas=1-20, liquid=34-57, solid=70-110. Whether the "
        "network's embeddings or order parameters tell their particles apart better is then worked out, in "
        "the later half of each. Empty: not done. Needs a network for clouds.",
    )

    @property
    def degree_numbers(self) -> tuple[int, ...]:
        """The degrees as numbers in increasing order, 6 among them; raises SettingError for other words."""
        parts = [part.strip() for part in self.degrees.split(",") if part.strip()]
        if not all(part.isdecimal() and 1 <= int(part) <= HIGHEST_DEGREE for part in parts):
            raise SettingError(
                f"'{self.degrees}' are no degrees of order parameters.",
                f"Give whole numbers from 1 to {HIGHEST_DEGREE} with commas between them, such as 4, 6.",
            )
        return tuple(sorted({ORDER_DEGREE, *map(int, parts)}))

    @property
    def phase_frames(self) -> dict[str, list[int]]:
        """Frames of each phase, numbered from 0; empty where none are named. Raises SettingError."""
        return frames_of_phases(self.phases)

    def check_together(self) -> None:
        """Raise SettingError where the degrees, or the frames of phases, cannot be read."""
        self.degree_numbers  # noqa: B018  (raises)
        self.phase_frames  # noqa: B018  (raises)


class CloudLearningSettings(Settings):
    """What a network learns from clouds of particles without labels, and how wide it is."""

    task: Literal["autoencoder", "denoising", "shift", "nearest bond", "frame", "noisy bonds"] = setting(
        "frame",
        label="Task",
        help="What is learned of each neighbourhood. frame: of which structure, or frame, it is; noisy "
        "bonds: which neighbours were moved; shift: by how much all were; denoising: where moved ones "
        "belong; nearest bond: the one that was taken away; autoencoder: the whole from a few numbers.",
    )
    structures: str = setting(
        "cF4-Cu, cI2-W, cP1-Po, cP46-Si, hP2-Mg, tP30-U",
        label="Structure types",
        help="Structure types by Pearson symbol and formula, with commas between them. Not used when "
        "learning from a trajectory or from crystals of the library.",
    )
    hold_out: Literal["auto", "replica", "particle", "structure"] = setting(
        "auto",
        label="Hold out",
        help="What the network is judged on. replica: the same structures, disturbed anew; structure: "
        "structures, or frames, of which it has seen nothing; particle: particles whose neighbours it has "
        "seen, as published; the better it does there than elsewhere, the more leaks. auto: replicas, of a "
        "trajectory frames, or particles where frames are to be told apart.",
    )
    every: int = setting(
        1,
        label="Take each N-th frame",
        ge=1,
        le=1_000_000,
        help="Of a trajectory. Not used when learning from crystals.",
    )
    width: int = setting(
        32,
        label="Width",
        ge=4,
        le=512,
        advanced=True,
        help="How many numbers describe a neighbour, and an embedding.",
    )

    @property
    def structure_names(self) -> tuple[str, ...]:
        """The structure types one by one."""
        return tuple(dict.fromkeys(name.strip() for name in self.structures.split(",") if name.strip()))

    def check_together(self) -> None:
        """Raise SettingError where no structure type is named, or what is held out could not be told."""
        if not self.structure_names:
            raise SettingError("No structure type is named.", "Write some, such as cF4-Cu, cI2-W.")
        if (self.task, self.hold_out) == ("frame", "structure"):
            raise SettingError(
                "The task 'frame' tells structures apart that it has learned: none can be held out whole.",
                "Hold out replicas or particles.",
            )


def frames_of_phases(text: str) -> dict[str, list[int]]:
    """Read names with the frames of each, such as gas=1-20, liquid=34-57: counted from 1 there, from 0 here.

    Raises SettingError where that cannot be read, a frame is named twice, which would be both learned from
    and tested on, or a phase is alone.
    """
    phases: dict[str, list[int]] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, frames = map(str.strip, part.partition("="))
        first, _, last = map(str.strip, frames.partition("-"))
        is_range = first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last) <= _MOST_FRAMES
        if not name or not is_range:
            raise SettingError(
                f"'{part}' names no frames of a phase.",
                "Write it like liquid=34-57, with commas between phases.",
            )
        phases.setdefault(name, []).extend(range(int(first) - 1, int(last)))
    if len(phases) == 1:
        raise SettingError(f"The phase '{next(iter(phases))}' is alone.", "Name frames of another one, too.")
    named = Counter(chain.from_iterable(phases.values()))
    if twice := [frame for frame, count in named.items() if count > 1]:
        raise SettingError(f"Frame {min(twice) + 1} is named twice.", "A frame is of one phase, once.")
    return phases
