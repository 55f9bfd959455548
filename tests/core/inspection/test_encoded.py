import numpy as np

from core.inspection.encoded import Encoded


def test_a_prediction_is_the_mean_over_the_networks():
    nothing = np.zeros((0, 1), dtype=np.float32)
    encoded = Encoded(np.array([[1.0, 10.0], [3.0, 30.0]]), nothing[:, 0], nothing, nothing)
    assert encoded.predicted.tolist() == [2.0, 20.0]
