from core.evaluation.learners.learners import LEARNERS as MADE
from core.jobs.study_arms import LEARNERS, model_file, models_of, properties_of
from core.jobs.study_texts import parse_arms


def test_every_learner_that_can_be_named_can_be_made():
    assert sorted(LEARNERS) == sorted(MADE)


def test_what_sources_need_is_listed_once():
    arms = parse_arms("supervised:a, combined:a+b, frozen:ridge@model:x, model:x, model:y")
    assert properties_of(arms) == ("a", "b")
    assert models_of(arms) == ("x", "y")
    assert model_file(1) == "models/01.safetensors"
