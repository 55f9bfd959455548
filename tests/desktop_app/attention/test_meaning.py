import pytest

from core.jobs.spec import JobSpec
from desktop_app.attention.meaning import meaning_of


def trained(**settings: dict) -> JobSpec:
    return JobSpec(kind="finetune", settings=settings)


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (["convolution 1", "convolution 2"], "gates, not attention"),
        (["convolution 1, head 1", "convolution 1, head 2"], "among the neighbours of a site within"),
        (["block 1, head 1", "block 1, head 2"], "In each block every head"),
        (["attention"], "Every site divides a weight of 1"),
        ([], "Every site divides a weight of 1"),
    ],
)
def test_what_the_weights_are_is_told_by_the_names_of_the_heads(heads: list[str], words: str):
    assert words in meaning_of(trained(), heads)


def test_a_network_with_attention_in_place_of_gates_is_not_said_to_have_gates():
    spec = trained(encoder={"messages": "literal_attention"})
    assert "gates" not in meaning_of(spec, ["convolution 1"])


@pytest.mark.parametrize("training", [{"blend": True}, {"ensemble": 5}])
def test_of_several_networks_the_first_is_meant(training: dict):
    assert meaning_of(trained(training=training), ["attention"]).endswith("it is the first one's.")
    assert "first one's" not in meaning_of(trained(training={"ensemble": 1}), ["attention"])


def test_a_run_that_cannot_be_read_is_told_by_its_heads():
    assert "gates" in meaning_of(None, ["convolution 1"])
