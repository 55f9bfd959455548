import numpy as np

from desktop_app.map.embedding_map import EmbeddingMap
from desktop_app.map.layout import Layout, axis_names


def test_axes_of_components_tell_their_share_and_those_of_t_sne_that_they_mean_nothing():
    nothing = np.zeros(0, np.int64)
    found = EmbeddingMap(nothing, None, np.zeros((0, 2)), np.array([0.75, 0.125]), (), {}, {})
    assert axis_names(found, Layout.PCA) == ("component 1 (75% of variance)", "component 2 (12% of variance)")
    assert all("no unit" in name for name in axis_names(found, Layout.TSNE))
