import pytest

from core.errors import SettingError, UnknownChoice
from core.jobs.property_choices import check_can_be_blended, property_weights, weights_among, with_kinds
from core.jobs.spec import PropertySpec

GAP, ENERGY = PropertySpec(name="gap", unit="eV"), PropertySpec(name="energy = formation", unit="eV/atom")
CONDUCTIVITY = PropertySpec(name="conductivity", transform="log10")


def test_weights_are_read_by_name_and_are_one_otherwise():
    assert property_weights("", [GAP, ENERGY]) == [1.0, 1.0]
    assert property_weights("gap=2", [GAP, ENERGY]) == [2.0, 1.0]
    assert property_weights(" energy = formation = 0.5 , gap=0", [GAP, ENERGY]) == [0.0, 0.5]


@pytest.mark.parametrize("number", ["much", "-1", "nan", "inf", ""])
def test_a_weight_is_a_number_from_zero_up(number: str):
    with pytest.raises(SettingError, match="weight of 'gap'"):
        property_weights(f"gap={number}", [GAP])


def test_the_weight_of_a_property_is_that_of_each_of_its_columns():
    columns = [PropertySpec(name=f"system = {k}", kind="class", of="system", choice=k) for k in "ab"]
    assert property_weights("system=3", [GAP, *columns]) == [1.0, 3.0, 3.0]


def test_something_has_to_be_learned():
    with pytest.raises(SettingError, match="All properties have the weight 0"):
        property_weights("gap=0", [GAP])


@pytest.mark.parametrize("text", ["gaps=2", "2", "=2"])
def test_a_weight_of_what_is_not_learned_is_refused(text: str):
    with pytest.raises(UnknownChoice, match="Weights of properties"):
        property_weights(text, [GAP])


def test_weights_of_some_properties_are_found_among_those_of_all():
    assert weights_among("gap=2, bulk modulus=0.5, x", ["bulk modulus", "gap"]) == "gap=2, bulk modulus=0.5"
    assert weights_among("gap=2", ["energy"]) == ""


def test_the_properties_named_become_classes():
    assert with_kinds([GAP, ENERGY], "") == (GAP, ENERGY)
    marked = with_kinds([GAP, ENERGY], "gap")
    assert [prop.kind for prop in marked] == ["class", "number"]
    assert marked[0].name == "gap"


def test_a_class_that_is_not_learned_is_refused():
    with pytest.raises(UnknownChoice, match="'metal'"):
        with_kinds([GAP], "metal")


def test_a_logarithm_is_no_class():
    with pytest.raises(SettingError, match="'conductivity' is learned as its logarithm"):
        with_kinds([GAP, CONDUCTIVITY], "conductivity")


def test_classes_cannot_be_blended():
    check_can_be_blended([GAP, CONDUCTIVITY])
    with pytest.raises(SettingError, match="'gap' is learned as classes"):
        check_can_be_blended(with_kinds([GAP, ENERGY], "gap"))
