"""The preset of a fine-tuning that names none: the one that the form in the window would propose."""

from collections.abc import Iterable
from typing import Final

from core.presets import MOST_LABELS_TO_BLEND, PRESET_WORDS, proposed_preset
from core.store.project import Project
from core.store.requests.structure_rows import members_of
from core.store.requests.training import PlannedRun

PROPOSAL: Final = (
    f"recommended for up to {MOST_LABELS_TO_BLEND:,} numbers to learn from a pretrained model, else standard"
)
# Whoever says how networks are combined or chosen would not get that from a blend.
_AGAINST_A_BLEND: Final = {"blend", "ensemble", "keep", "patience"}


def leaves_preset_open(preset: str | None, changed: Iterable[str]) -> bool:
    """Whether neither the preset is named nor, by its key, a setting that a blend would be against."""
    return preset is None and _AGAINST_A_BLEND.isdisjoint(key.rpartition(".")[2] for key in changed)


def preset_for(project: Project, planned: PlannedRun) -> str:
    """The preset to propose for a fine-tuning with these labels and this start."""
    members = members_of(project, planned.spec.collection)
    return proposed_preset(
        pretrained=planned.model is not None,
        num_labels=max(len(members & values.keys()) for values in planned.labels.values()),
        as_classes=any(prop.kind == "class" for prop in planned.spec.properties),
    )


def proposal_sentence(preset: str) -> str:
    """What the preset is and how to have another one."""
    words = PRESET_WORDS["finetune"][preset].rstrip(".")
    return f"Preset '{preset}' (the default is {PROPOSAL}): {words}. Choose another by --preset."
