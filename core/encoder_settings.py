"""Every setting of every encoder: what it sees of a crystal, and how wide and deep it is."""

from typing import Literal

from core.settings import Settings, setting


class SupercellSettings(Settings):
    """What both forms of Site-Net see of a crystal: all pairs in a nearly cubic supercell."""

    supercell_sites: int = setting(
        50,
        label="Supercell size",
        unit="sites",
        ge=1,
        le=500,
        help="Each crystal is repeated into a nearly cubic supercell of at most this many sites. "
        "Larger sees further and costs more. Published with 50, 100 and 500.",
    )
    distance_cutoff: float = setting(
        0.0,
        label="Distance cutoff",
        unit="angstrom",
        ge=0.0,
        le=50.0,
        advanced=True,
        help="Pairs of sites further apart than this are left out; 0 leaves out none. "
        "A site always keeps itself.",
    )
    primitive_tolerance: float = setting(
        0.01,
        label="Primitive-cell tolerance",
        unit="angstrom",
        ge=0.0001,
        le=0.5,
        advanced=True,
        help="Sites closer than this to a translated copy count as equal when the primitive cell is sought. "
        "The published 0.5 throws away tilts, off-centre displacements and charge-density waves: such "
        "structures become their undistorted parent.",
    )
    site_limit: int = setting(
        500,
        label="Largest primitive cell",
        unit="sites",
        ge=1,
        le=5000,
        advanced=True,
        help="Structures with more sites in the primitive cell are left out and listed.",
    )
    merge_equivalent: bool = setting(
        True,
        label="Merge equivalent sites",
        advanced=True,
        help="Sites that symmetry makes alike are computed once and counted as often as they occur: faster, "
        "with the same results. Only false surroundings (Deep InfoMax) are then drawn once for them all. "
        "Switched off in the published preset.",
    )
    vacancy_input: bool = setting(
        True,
        label="Tell the network about vacancies",
        advanced=True,
        help="Adds the vacant fraction of each site, 1 - sum of occupancies, to its features. "
        "Switched off in the published preset.",
    )


class SiteNetSettings(SupercellSettings):
    """The compact Site-Net encoder (arXiv 2407.00671): additive attention over a supercell's pairs."""

    hidden_width: int = setting(
        64,
        label="Hidden width",
        ge=4,
        le=1024,
        advanced=True,
        help="Width of the site, pair and attention layers.",
    )
    site_width: int = setting(
        32,
        label="Site embedding width",
        ge=2,
        le=1024,
        help="Number of values that describe the surroundings of one site.",
    )
    crystal_width: int = setting(
        64,
        label="Crystal embedding width",
        ge=2,
        le=2048,
        help="Number of values that describe a whole crystal.",
    )
    local_activation: Literal["mish", "relu"] = setting(
        "mish",
        label="Activation of the site layers",
        advanced=True,
        help="Mish as the paper intends, or ReLU as its published runs used.",
    )


class SiteNetMultiheadSettings(SupercellSettings):
    """The supervised Site-Net (arXiv 2209.08190): blocks of several heads and a learned element embedding."""

    blocks: int = setting(
        2,
        label="Attention blocks",
        ge=1,
        le=8,
        help="How often sites attend to each other; each time they know more of their surroundings.",
    )
    heads: int = setting(
        3,
        label="Attention heads",
        ge=1,
        le=16,
        help="In how many ways each block weighs the pairs of a site, such as near ones and far ones.",
    )
    head_width: int = setting(
        30,
        label="Width of a head",
        ge=2,
        le=256,
        advanced=True,
        help="Number of values of a site that each head provides; a block has heads times as many.",
    )
    pair_width: int = setting(
        48,
        label="Pair width",
        ge=2,
        le=512,
        advanced=True,
        help="Number of values that describe a pair of sites inside the network.",
    )
    attention_width: int = setting(
        225,
        label="Attention width",
        ge=2,
        le=1024,
        advanced=True,
        help="Width of the layer that decides how much a site attends to another.",
    )
    element_width: int = setting(
        92,
        label="Element embedding width",
        ge=1,
        le=512,
        advanced=True,
        help="Number of learned values that describe an element, beside its tabulated properties.",
    )
    element_values: Literal["scaled", "raw"] = setting(
        "scaled",
        label="Tabulated element properties",
        advanced=True,
        help="scaled: brought to a common magnitude, as in Deep InfoMax; raw: as tabulated and as published, "
        "where the density in kg/m3 outweighs all others.",
    )
    site_width: int = setting(
        94,
        label="Site embedding width",
        ge=2,
        le=1024,
        help="Number of values that describe the surroundings of one site.",
    )
    crystal_width: int = setting(
        200,
        label="Crystal embedding width",
        ge=2,
        le=2048,
        help="Number of values that describe a whole crystal.",
    )
    crystal_layers: int = setting(
        3,
        label="Crystal layers",
        ge=1,
        le=10,
        advanced=True,
        help="Number of layers from the mean over sites to the crystal embedding.",
    )


class NeighbourSettings(Settings):
    """What an encoder sees of a crystal that looks at the nearest neighbours of each site."""

    neighbours: int = setting(
        12,
        label="Neighbours",
        ge=1,
        le=200,
        help="How many nearest neighbours each site hears from. More see further and cost more.",
    )
    cutoff: float = setting(
        8.0,
        label="Cutoff",
        unit="angstrom",
        ge=1.0,
        le=20.0,
        help="Sites further away than this are no neighbours.",
    )
    primitive_tolerance: float = setting(
        0.01,
        label="Primitive-cell tolerance",
        unit="angstrom",
        ge=0.0001,
        le=0.5,
        advanced=True,
        help="Sites closer than this to a translated copy count as equal when the primitive cell is sought. "
        "The published choice of neighbours seeks none.",
    )
    site_limit: int = setting(
        1000,
        label="Largest cell",
        unit="sites",
        ge=1,
        le=20_000,
        advanced=True,
        help="Structures with more sites in the primitive cell are left out and listed.",
    )
    vacancy_input: bool = setting(
        True,
        label="Tell the network about vacancies",
        advanced=True,
        help="Adds the vacant fraction of each site, 1 - sum of occupancies, to its features. "
        "Published models do not have it.",
    )


class CGCNNSettings(NeighbourSettings):
    """Crystal graph convolutions (Xie and Grossman, PRL 120, 145301): messages from neighbours."""

    neighbour_choice: Literal["shells", "published"] = setting(
        "shells",
        label="Choice of neighbours",
        help="shells: at least so many nearest neighbours, those at one distance together. published: "
        "exactly so many, as the original; which of equally near ones depends on the file.",
    )
    merge_equivalent: bool = setting(
        True,
        label="Merge equivalent sites",
        advanced=True,
        help="Sites that symmetry makes alike are computed once and counted as often as they occur: faster, "
        "with the same results. Only false surroundings (Deep InfoMax) are then drawn once for them all. "
        "Switched off in the published preset.",
    )
    messages: Literal["gated", "attention", "literal_attention"] = setting(
        "gated",
        label="Messages",
        help="gated: as in CGCNN, each neighbour passes its own gate. attention: neighbours share a weight "
        "of 1, by site and distance. literal_attention: by the product of site vectors, as printed in the "
        "paper on transfer learning.",
    )
    heads: int = setting(
        4,
        label="Attention heads",
        ge=1,
        le=64,
        advanced=True,
        help="In how many ways neighbours are weighed; only for attention. Must divide the site width.",
    )
    convolutions: int = setting(
        3,
        label="Convolutions",
        ge=1,
        le=20,
        help="How often sites hear from their neighbours; each time they learn of sites further away.",
    )
    site_width: int = setting(
        64,
        label="Site embedding width",
        ge=2,
        le=1024,
        help="Number of values that describe one site and its surroundings.",
    )
    crystal_width: int = setting(
        128,
        label="Crystal embedding width",
        ge=2,
        le=2048,
        help="Number of values that describe a whole crystal.",
    )
    crystal_layers: int = setting(
        1,
        label="Crystal layers",
        ge=1,
        le=10,
        advanced=True,
        help="Number of linear layers from the mean over sites to the crystal embedding.",
    )


class GeometricAlgebraSettings(NeighbourSettings):
    """Geometric-algebra attention (arXiv 2411.14680): sees angles, and left from right; nothing is merged."""

    form: Literal["multivectors", "vectors"] = setting(
        "multivectors",
        label="Form of points",
        advanced=True,
        help="multivectors: points keep all that products give; vectors: only three components, cheaper.",
    )
    blocks: int = setting(
        3,
        label="Attention blocks",
        ge=1,
        le=8,
        help="How often the neighbours of a site attend to each other, in pairs.",
    )
    tied: bool = setting(
        False,
        label="One attention for points and values",
        advanced=True,
        help="Each block weighs pairs once in place of twice: half the time, and another network.",
    )
    hidden_width: int = setting(
        32,
        label="Hidden width",
        ge=4,
        le=512,
        advanced=True,
        help="Number of values that describe a neighbour inside the network.",
    )
    dropout: float = setting(
        0.0,
        label="Dropout",
        ge=0.0,
        le=0.9,
        advanced=True,
        help="Share of hidden values that are left out at random in training. Published with 0.1 and 0.5.",
    )
    site_width: int = setting(
        32,
        label="Site embedding width",
        ge=2,
        le=1024,
        help="Number of values that describe the surroundings of one site.",
    )
    crystal_width: int = setting(
        64,
        label="Crystal embedding width",
        ge=2,
        le=2048,
        help="Number of values that describe a whole crystal.",
    )
