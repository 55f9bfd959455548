"""A paragraph for the methods section of a paper, made from what a study really did."""

from collections.abc import Sequence

import numpy as np

from core.config import StudySettings
from core.evaluation.study.material import Material
from core.jobs.spec import JobSpec
from core.jobs.study_arms import Arm
from core.jobs.study_texts import parse_budgets

_SPLITS = {
    "random": "at random, duplicates together",
    "formula": "so that no formula was on both sides",
    "cluster": "by clusters of composition (k-means), so that no cluster was on both sides",
}


def methods_text(spec: JobSpec, settings: StudySettings, arms: Sequence[Arm], material: Material) -> str:
    """Say what was compared, on what, how often and how the intervals were made."""
    prop, study = spec.properties[0], settings.study
    unit = f" ({prop.learned_unit})" if prop.learned_unit else ""
    budgets = [f"{n:,}" if n else "all" for n in parse_budgets(study.n_labels)]
    bounds = int((material.bounds != 0).sum())
    texts = [
        f"Methods to learn {prop.name}{unit} were compared on {len(material.values):,} labelled structures "
        f"with Siteloupe {spec.versions.get('siteloupe', '')}.",
        _testing(study.test_collection, study.split, material),
        f"Of the remaining labels {_listed(budgets)} were drawn at random with {study.seeds} seeds, smaller "
        "draws being part of larger ones; every method learned from the same labels and was tested on the "
        "same structures, and validation structures and normalisation came from within the draw.",
        f"Compared were {_listed([arm.words for arm in arms])}.",
    ]
    if any(arm.pretrains for arm in arms):
        texts.append(
            "Pretraining used no label of the property and no structure with a formula of the test, "
            "and one pretraining was shared by all seeds of a fold."
        )
    if material.entries is not None:
        texts.append(
            f"{len(material.entries.rows)} more values of materials without a known structure served methods "
            "on composition as training material, unless they shared a group with a test structure."
        )
    if bounds:
        texts.append(
            f"{bounds} values were bounds: such a value counted as an error only by what a prediction "
            "exceeded it, and learners on fixed features took it as measured."
        )
    texts.append(
        "Intervals are 95 % percentile bootstrap intervals over repeats and groups of test structures "
        "(Owen 2007), widened for the number of repeats (Hesterberg 2015)."
    )
    return " ".join(texts)


def _testing(test_collection: str, split: str, material: Material) -> str:
    sizes = np.array([len(fold.test) for fold in material.folds])
    if test_collection:
        return f"The test was the collection '{test_collection}' of {sizes[0]:,} structures."
    how = _SPLITS.get(split, f"so that no {split} was on both sides")
    if len(sizes) == 1:
        return f"{sizes[0]:,} structures were held out as the test, {how}."
    return f"The structures were divided into {len(sizes)} folds, {how}, each the test once."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
