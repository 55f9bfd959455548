import pytest

from core.config import build_settings
from core.errors import SettingError
from core.transfer_settings import TransferSettings


def test_nothing_fixed_and_all_new_is_no_transfer():
    with pytest.raises(SettingError, match="nothing is left of the starting model") as caught:
        build_settings("finetune", changes={"transfer.deeper": "new"})
    assert "from scratch" in caught.value.hint


def test_the_rest_may_be_new_where_some_layers_are_fixed():
    changes = {"transfer.freeze": "layers", "transfer.frozen_layers": "2", "transfer.deeper": "new"}
    transfer = build_settings("finetune", changes=changes).transfer
    assert transfer == TransferSettings(freeze="layers", frozen_layers=2, deeper="new")
