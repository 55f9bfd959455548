import pytest

from core.config import build_settings
from core.errors import SettingError
from core.transfer_settings import TransferSettings


def test_nothing_fixed_and_all_new_is_no_transfer():
    settings = build_settings("finetune", changes={"transfer.deeper": "new"})
    with pytest.raises(SettingError, match="nothing is left of the starting model") as caught:
        settings.check_together()
    assert "from scratch" in caught.value.hint


def test_the_rest_may_be_new_where_some_layers_are_fixed():
    changes = {"transfer.freeze": "layers", "transfer.frozen_layers": "2", "transfer.deeper": "new"}
    settings = build_settings("finetune", changes=changes)
    settings.check_together()
    transfer = settings.transfer
    assert transfer == TransferSettings(freeze="layers", frozen_layers=2, deeper="new")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "all layers trained on, output layers started afresh"),
        (
            {"freeze": "embedding"},
            "the embedding kept fixed, the other layers trained on, output layers started afresh",
        ),
        (
            {"freeze": "layers", "frozen_layers": 2, "deeper": "new"},
            "the embedding and the first 2 layers above it kept fixed, all others started afresh",
        ),
        ({"freeze": "encoder"}, "the whole encoder kept fixed, output layers started afresh"),
    ],
)
def test_what_becomes_of_the_layers_is_said_in_words(settings: dict[str, object], words: str):
    assert TransferSettings.model_validate(settings).words == words
