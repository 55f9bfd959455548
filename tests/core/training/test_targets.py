import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import LabelError
from core.jobs.spec import PropertySpec
from core.training.targets import Normaliser, read_targets, to_learned_scale, to_original_scale

CONDUCTIVITY = PropertySpec(name="conductivity", unit="S/cm", transform="log10")
GAP = PropertySpec(name="gap", unit="eV")


def rows(*targets: dict[str, dict[str, object]]) -> list[dict[str, object]]:
    return [{"name": f"s{k}", "targets": target} for k, target in enumerate(targets)]


def test_labels_are_transformed_and_missing_ones_are_nan():
    targets = read_targets(
        rows({"conductivity": {"value": 1e-3, "bound": ""}}, {"gap": {"value": 2.5, "bound": ""}}),
        [CONDUCTIVITY, GAP],
    )
    np.testing.assert_allclose(targets.values, [[-3.0, np.nan], [np.nan, 2.5]], rtol=1e-7)


def test_an_upper_bound_keeps_its_sign_through_the_logarithm():
    targets = read_targets(rows({"conductivity": {"value": 1e-10, "bound": "<"}}), [CONDUCTIVITY])
    assert targets.bounds.tolist() == [[-1]]
    assert targets.values.tolist() == [[-10.0]]


def test_without_bounds_only_measured_values_count_as_labels():
    targets = read_targets(
        rows(
            {"conductivity": {"value": 1e-10, "bound": "<"}},
            {"conductivity": {"value": 1e-4, "bound": ""}},
        ),
        [CONDUCTIVITY],
    )
    assert targets.labelled.tolist() == [True, True]
    assert targets.without_bounds().labelled.tolist() == [False, True]
    assert targets.as_measured().bounds.tolist() == [[0], [0]]


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_the_logarithm_of_a_value_not_above_zero_names_the_structure(value: float):
    with pytest.raises(LabelError, match="'conductivity' of 's0'"):
        read_targets(rows({"conductivity": {"value": value, "bound": ""}}), [CONDUCTIVITY])


@given(value=st.floats(1e-20, 1e20))
def test_original_scale_undoes_the_learned_one(value: float):
    learned = np.array([to_learned_scale(value, CONDUCTIVITY, "s")])
    assert to_original_scale(learned, CONDUCTIVITY)[0] == pytest.approx(value, rel=1e-12)


@given(values=arrays(np.float64, 10, elements=st.floats(-1e3, 1e3)))
def test_restoring_undoes_normalising(values: np.ndarray):
    normaliser = Normaliser.fit(values)
    np.testing.assert_allclose(normaliser.restore(normaliser.normalise(values)), values, atol=1e-9)


def test_normalised_training_values_have_mean_zero_and_variance_one():
    values = np.array([1.0, 4.0, np.nan, 10.0])
    normalised = Normaliser.fit(values).normalise(values)
    assert np.nanmean(normalised) == pytest.approx(0.0, abs=1e-12)
    assert np.nanvar(normalised) == pytest.approx(1.0)


def test_a_constant_property_is_not_divided_by_zero():
    assert Normaliser.fit(np.array([3.0, 3.0])).normalise(np.array([4.0])).tolist() == [1.0]


def test_a_property_without_training_labels_is_refused():
    with pytest.raises(LabelError, match="training split"):
        Normaliser.fit(np.array([np.nan, np.nan]))


def test_a_column_of_a_class_is_one_where_the_label_names_it():
    columns = [PropertySpec(name=f"n = {k}", kind="class", of="n", choice=k) for k in ("2", "b")]
    labels = [{"n": {"value": 2.0, "bound": ""}}, {"n": {"value": 2.0, "bound": "", "class": "b"}}, {}]
    targets = read_targets([{"name": "x", "targets": label} for label in labels], columns)
    np.testing.assert_array_equal(targets.values, [[1.0, 0.0], [0.0, 1.0], [np.nan, np.nan]])
