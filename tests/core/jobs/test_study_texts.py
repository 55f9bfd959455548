import pytest

from core.config import ENCODERS, CGCNNSettings
from core.errors import SettingError, UnknownChoice
from core.jobs.study_arms import Source
from core.jobs.study_texts import ARM_NAMES, parse_arm, parse_arms, parse_budgets, parse_range

BESIDE = ("composition", "structure")


@pytest.mark.parametrize(
    ("text", "learner", "blocks", "source"),
    [
        ("mean", "", (), None),
        ("boosting", "boosting", ("composition",), None),
        ("boosting_structure", "boosting", ("composition", "structure"), None),
        ("scratch", "", (), Source("random")),
        ("scratch:cgcnn", "", (), Source("random", encoder="cgcnn")),
        ("deep_infomax_unrelated", "", (), Source("deep_infomax_unrelated")),
        ("deep_infomax_contrastive", "", (), Source("deep_infomax_contrastive")),
        (
            "frozen:ridge@deep_infomax_contrastive",
            "ridge",
            ("embedding",),
            Source("deep_infomax_contrastive"),
        ),
        ("supervised:band gap", "", (), Source("supervised", ("band gap",))),
        ("combined: bulk + shear", "", (), Source("supervised", ("bulk", "shear"))),
        ("joint: bulk + shear", "", (), Source("joint", ("bulk", "shear"))),
        ("model:shipped/a.safetensors", "", (), Source("model", path="shipped/a.safetensors")),
        ("random_frozen", "ridge", ("embedding",), Source("random")),
        ("random_frozen:forest", "forest", ("embedding",), Source("random")),
        ("frozen:ridge", "ridge", ("embedding",), Source("deep_infomax")),
        ("frozen:ridge@random", "ridge", ("embedding",), Source("random")),
        ("frozen:ridge@scratch:cgcnn", "ridge", ("embedding",), Source("random", encoder="cgcnn")),
        ("composition:gaussian_process", "gaussian_process", ("composition",), None),
        (
            "hybrid:network@combined:bulk+shear",
            "network",
            ("embedding", "composition", "structure"),
            Source("supervised", ("bulk", "shear")),
        ),
    ],
)
def test_an_arm_is_read_from_its_name(
    text: str, learner: str, blocks: tuple[str, ...], source: Source | None
):
    arm = parse_arm(text)
    assert (arm.text, arm.learner, arm.blocks, arm.source) == (text, learner, blocks, source)
    assert arm.words


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("deep_infmax", "Did you mean 'deep_infomax'?"),
        ("scratch:cgccn", "Did you mean 'cgcnn'?"),
        ("frozen:rigde", "Did you mean 'ridge'?"),
        ("frozen:ridge@deep_infomx", "Did you mean 'deep_infomax'?"),
        ("hybrid:ridge@boosting", "Available: "),
    ],
)
def test_an_unknown_name_gets_the_nearest_one_proposed(text: str, proposal: str):
    with pytest.raises(UnknownChoice) as caught:
        parse_arm(text)
    assert proposal in caught.value.hint


@pytest.mark.parametrize("text", ["scratch:", "supervised:", "frozen:", "model: "])
def test_what_belongs_behind_the_colon_is_asked_for(text: str):
    with pytest.raises(SettingError, match="lacks what belongs behind its colon"):
        parse_arm(text)


def test_a_composition_arm_takes_no_encoder():
    with pytest.raises(SettingError, match="takes no encoder"):
        parse_arm("composition:ridge@random")


@pytest.mark.parametrize(
    ("text", "plain", "fixed", "words"),
    [
        ("supervised:band gap (0 fixed)", "supervised:band gap", 0, "with no layer fixed"),
        ("combined:a+b(1 fixed)", "combined:a+b", 1, "the embedding and the first 1 layer fixed"),
        ("deep_infomax (2 fixed)", "deep_infomax", 2, "the first 2 layers fixed"),
        ("model:a (1).safetensors ( all fixed )", "model:a (1).safetensors", "all", "whole encoder fixed"),
    ],
)
def test_an_arm_can_say_which_layers_stay_fixed(text: str, plain: str, fixed: int | str, words: str):
    arm = parse_arm(text)
    assert (arm.text, arm.source, arm.fixed) == (text, parse_arm(plain).source, fixed)
    assert arm.words.startswith(parse_arm(plain).words)
    assert arm.words.endswith(words)
    assert parse_arm(plain).fixed is None


@pytest.mark.parametrize("text", ["mean (1 fixed)", "scratch (1 fixed)", "frozen:ridge (all fixed)"])
def test_layers_of_an_arm_that_fine_tunes_nothing_cannot_be_fixed(text: str):
    with pytest.raises(SettingError, match="fine-tunes nothing"):
        parse_arm(text)


def test_a_blend_fine_tunes_and_learns_on_what_needs_no_network():
    arm = parse_arm("blend:supervised:band gap (2 fixed)")
    assert (arm.is_blend, arm.fixed, arm.learner) == (True, 2, "boosting")
    assert arm.source == Source("supervised", ("band gap",))
    assert arm.words == (
        "a blend of pretraining on band gap with the embedding and the first 2 layers fixed and "
        "gradient boosting on composition and structure"
    )
    assert not parse_arm("blend:scratch").transfers
    with pytest.raises(UnknownChoice):
        parse_arm("blend:ridge")


def test_arms_are_separated_by_commas_and_named_once():
    assert [arm.text for arm in parse_arms("mean, scratch ,")] == ["mean", "scratch"]
    with pytest.raises(SettingError, match="'mean' is there twice"):
        parse_arms("mean, scratch, mean")
    with pytest.raises(SettingError, match="needs an arm"):
        parse_arms(" , ")


def test_every_encoder_can_be_trained_from_scratch():
    for name, settings in ENCODERS.items():
        source = parse_arm(f"scratch:{name}").source
        assert source is not None
        assert source.encoder_settings(CGCNNSettings(site_width=4)) == settings()
    assert parse_arm("scratch:cgcnn").words == "training of CGCNN from scratch"
    assert Source("random").encoder_settings(CGCNNSettings(site_width=4)).site_width == 4


def test_every_simple_name_is_an_arm():
    for name in ARM_NAMES:
        if name in (
            "supervised",
            "combined",
            "joint",
            "model",
            "composition",
            "structure",
            "frozen",
            "hybrid",
            "blend",
        ):
            with pytest.raises(UnknownChoice if name not in ARM_NAMES else SettingError):
                parse_arm(f"{name}:")
        else:
            assert parse_arm(name).text == name


@pytest.mark.parametrize(
    ("text", "budgets"), [("50, 100", (50, 100)), ("100,50,50", (50, 100)), ("all, 8", (8, 0)), ("ALL", (0,))]
)
def test_budgets_are_sorted_with_all_at_the_end(text: str, budgets: tuple[int, ...]):
    assert parse_budgets(text) == budgets


@pytest.mark.parametrize("text", ["", "many", "50;100", "-3", "1", "0", "1e3"])
def test_a_budget_that_teaches_nothing_is_refused(text: str):
    with pytest.raises(SettingError):
        parse_budgets(text)


def test_a_range_has_two_ends_in_order():
    assert parse_range(" ") is None
    assert parse_range("-5, 5") == (-5.0, 5.0)
    for text in ("5", "5,-5", "a,b", "1,2,3", "nan,1"):
        with pytest.raises(SettingError, match="is no range"):
            parse_range(text)
