import numpy as np

from core.evaluation.trust.held_out import held_out_predictions
from core.inspection.encode import Encoded
from core.training.splits import Split

NOTHING = np.zeros((0, 0), dtype=np.float32)


def encoded(by_member: list[float]) -> Encoded:
    return Encoded(np.array(by_member)[:, None], NOTHING, NOTHING, NOTHING)


def split(train: list[int], validation: list[int]) -> Split:
    return Split(*(np.array(side, dtype=np.int64) for side in (train, validation, [])))


def test_each_structure_is_predicted_by_the_networks_that_held_it_out():
    found = held_out_predictions(
        [encoded([1.0, 10.0, 3.0]), encoded([1.0, 10.0, 3.0])],
        [split([1], [0]), split([0], [1]), split([1], [0])],
    )
    assert found.indices.tolist() == [0, 1]
    assert found.values[:, 0].tolist() == [2.0, 10.0]
    assert found.spread[0, 0] == np.sqrt(2.0)
    assert np.isnan(found.spread[1, 0])


def test_one_network_has_no_spread_and_its_validation_is_held_out():
    found = held_out_predictions([encoded([1.0]), encoded([2.0])], [split([0], [1])])
    assert (found.indices.tolist(), found.values[1, 0]) == ([1], 2.0)
    assert np.isnan(found.spread).all()
