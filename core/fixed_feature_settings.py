"""The settings of learning on fixed features: which features, which learner, how it is judged."""

from typing import Final, Literal

from core.settings import Settings, setting

LearnerName = Literal["boosting", "extra_trees", "forest", "gaussian_process", "network", "ridge", "stack"]
LEARNERS_OF_CLASSES: Final = ("boosting", "extra_trees", "forest", "ridge")


class FixedFeatureSettings(Settings):
    """Learn a measured property from numbers that do not adapt: composition, structure, an embedding."""

    learner: LearnerName = setting(
        "boosting",
        label="Learner",
        help="boosting: gradient boosting, a safe choice; forest: random forest; extra_trees: trees "
        "with random thresholds, quick and often good with an embedding; gaussian_process: often "
        "best with structure or an embedding; network: five small ones, averaged; ridge: linear; "
        "stack: a blend of extra_trees, boosting and gaussian_process, often the best and six times slower.",
    )
    composition: bool = setting(
        True,
        label="Composition",
        help="Statistics of the properties of the elements, weighted by occupancy.",
    )
    structure: bool = setting(
        True,
        label="Structure",
        help="Cell, symmetry, density, packing, coordination and shortest distances.",
    )
    embedding: bool = setting(
        True,
        label="Embedding",
        help="What the encoder of the starting model makes of a crystal, as it is; without a starting "
        "model there is none.",
    )
    bounds: Literal["exact", "skip"] = setting(
        "exact",
        label="Values given as bounds",
        help="How a value such as '<1E-10' is learned: exact: as if measured, since these learners know no "
        "bounds; skip: left out. In the errors a bound counts only by what a prediction exceeds it.",
    )
    classes: str = setting(
        "",
        label="Properties that are classes",
        advanced=True,
        help="Names of properties, with commas between them, whose values are 0 or 1, such as whether a "
        "crystal is a metal, or whole numbers, each a class. Predicted is the probability of each, by "
        "boosting, forest, extra_trees or ridge (logistic regression).",
    )


class HoldOutSettings(Settings):
    """What is held out to judge a model and to calibrate its intervals."""

    test_fraction: float = setting(
        0.2,
        label="Test share",
        ge=0.0,
        le=0.8,
        help="Share of the labelled structures held out to measure the final error.",
    )
    folds: int = setting(
        5,
        label="Folds for intervals",
        ge=2,
        le=50,
        help="The others are divided into so many parts; the errors on each, learned from the rest, say "
        "how wide the intervals must be.",
    )
    group_by: str = setting(
        "formula",
        label="Keep together",
        advanced=True,
        help="What stays on one side of each division. formula: structures of one formula; random: "
        "duplicates alone; or a column of metadata, such as DOI.",
    )
