from core.jobs.run_folder import RunFolder
from core.training.model.model_card import IntervalCard, Lineage, ModelCard
from core.training.model.model_file import load_model
from tests.core.models import CONDUCTIVITY, GAP, untrained_model


def test_a_card_of_the_first_version_has_one_half_width_for_each_property():
    card = untrained_model(GAP, CONDUCTIVITY).card
    content = card.model_dump() | {"card_version": 1, "interval_half_widths": [0.25, None]}
    del content["intervals"], content["measured_ranges"], content["members"]
    assert ModelCard.model_validate(content).intervals == (IntervalCard(half_width=0.25), None)


def test_the_card_of_a_run_says_all_that_it_takes_to_use_the_model(finetuned: RunFolder):
    card, spec = load_model(finetuned.model_file).card, finetuned.spec()
    assert card.encoder == "site_net"
    assert card.typed_encoder_settings() == spec.typed_settings().encoder
    assert card.properties == spec.properties
    assert len(card.normalisers) == 1
    assert card.intervals[0].half_width > 0
    assert {"Na", "Cl"} <= set(card.elements)
    assert card.num_train == finetuned.result()["metrics"]["size"]["num_train"]
    assert card.lineage == Lineage(
        run=finetuned.name,
        kind="finetune",
        seed=spec.seed,
        structures_sha256=spec.structures_sha256,
        started_from="0001-pretrain",
        loaded=("encoder",),
        frozen=(),
        reinitialised=("head",),
        versions=spec.versions,
    )
