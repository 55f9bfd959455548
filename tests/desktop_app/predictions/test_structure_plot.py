import numpy as np

from desktop_app.predictions.structure_plot import on_axis


def test_values_stand_on_a_linear_axis_as_they_are():
    values = np.array([-2.0, 0.5])
    assert on_axis(values, log=False) is values


def test_a_logarithmic_axis_counts_powers_of_ten_and_leaves_out_what_has_none():
    found = on_axis(np.array([1e-3, 1.0, 0.0, -5.0, np.nan]), log=True)
    np.testing.assert_allclose(found, [-3.0, 0.0, np.nan, np.nan, np.nan], atol=1e-12)
