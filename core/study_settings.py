"""The settings of a study: what is compared, on how many labels, how often, tested on what."""

from typing import Literal

from core.settings import Settings, setting

CLUSTER = "cluster"  # what `split` understands besides what other trainings group by


class StudyPlanSettings(Settings):
    """Compare ways to learn, with few labels and with many."""

    arms: str = setting(
        "mean, forest, boosting, boosting_structure, scratch, deep_infomax",
        label="Arms",
        help="What is compared, separated by commas. mean; forest and boosting, on the composition; "
        "boosting_structure; scratch, or scratch:ENCODER; deep_infomax; deep_infomax_unrelated, without "
        "the extra false surroundings; deep_infomax_contrastive, in the contrastive form; "
        "supervised:PROPERTY; combined:PROPERTY+PROPERTY; joint:PROPERTY+PROPERTY, the same after Deep "
        "InfoMax; model:FILE; behind a pretrained one (2 fixed), for layers that stay as they are, or "
        "(all fixed); blend:SOURCE, a network from there averaged with a learner; random_frozen; "
        "frozen:LEARNER and hybrid:LEARNER, with @deep_infomax or another source behind. "
        "Learners: ridge, forest, extra_trees, boosting, gaussian_process, network, stack.",
    )
    n_labels: str = setting(
        "50, 100, 250, 1000",
        label="Label budgets",
        help="How many labels each arm may learn from, separated by commas; all: as many as there are.",
    )
    seeds: int = setting(
        10,
        label="Seeds",
        ge=1,
        le=1000,
        help="How often each budget is drawn and learned from in each fold. Below five, little can be said.",
    )
    split: str = setting(
        "formula",
        label="Keep together",
        help="What never stands on both sides of a test. formula: structures of one formula; random: "
        "duplicates alone; cluster: similar compositions; or a column of metadata, such as DOI.",
    )
    folds: int = setting(
        1,
        label="Folds",
        ge=1,
        le=50,
        help="1: one test set for all seeds. More: the structures are divided into so many parts, each "
        "the test set once; every seed is run in every fold.",
    )
    test_fraction: float = setting(
        0.2,
        label="Test share",
        ge=0.02,
        le=0.8,
        help="Share of the labelled structures in the test set, where there is only one fold.",
    )
    test_collection: str = setting(
        "",
        label="Test collection",
        help="A collection of your own to test on, in place of a share of the structures.",
    )
    pool: str = setting(
        "",
        label="Pretraining collection",
        help="More structures to pretrain on, without their labels of what is learned. Those with the "
        "formula of a test structure are left out.",
    )
    reference: str = setting(
        "",
        label="Reference",
        help="The arm with which the others are compared. Empty: scratch where there is one, else the first.",
    )
    shown_at_most: int = setting(
        0,
        label="Structures shown at most",
        ge=0,
        le=1_000_000_000,
        advanced=True,
        help="Networks that were pretrained are fine-tuned for fewer epochs where there are many labels, so "
        "that structures are shown to them no more often than this in all. 0: no limit.",
    )
    largest_cell: int = setting(
        0,
        label="Largest cell",
        unit="sites",
        ge=0,
        le=100_000,
        advanced=True,
        help="Structures with more sites are neither learned from nor tested on. 0: no limit.",
    )
    between: str = setting(
        "",
        label="Values between",
        advanced=True,
        help="Two numbers separated by a comma; values beyond them, in the unit of the property, are left "
        "out of training and test. Empty: all count.",
    )
    entries: bool = setting(
        False,
        label="Entries without a structure",
        advanced=True,
        help="Whether labelled entries of which only formula, space group and cell are known serve those "
        "arms as further training material that can use them, beyond the budget.",
    )
    seen: Literal["refuse", "leave_out", "ignore"] = setting(
        "refuse",
        label="Structures that a model has seen",
        advanced=True,
        help="For a model that was trained on structures, or labels, of this study. refuse: no study; "
        "leave_out: those structures are left out for all arms; ignore: they stay, and the report says so.",
    )
