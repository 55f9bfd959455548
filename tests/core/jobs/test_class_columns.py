import pytest

from core.errors import SettingError
from core.jobs.class_columns import class_columns, class_groups, class_name, class_names
from core.jobs.spec import PropertySpec

SYSTEM = PropertySpec(name="system", kind="class")
GAP = PropertySpec(name="gap", unit="eV")


def numbers(*values: float) -> list[dict[str, object]]:
    return [{"value": value, "bound": ""} for value in values]


def words(*names: str) -> list[dict[str, object]]:
    return [{"value": float(k), "bound": "", "class": name} for k, name in enumerate(names)]


def test_zero_and_one_are_one_column():
    assert class_columns(SYSTEM, numbers(0, 1, 1)) == (SYSTEM,)


def test_other_numbers_have_a_column_each_in_their_order():
    columns = class_columns(SYSTEM, numbers(10, 2, -1, 2))
    assert [column.choice for column in columns] == ["-1", "2", "10"]
    assert columns[1].name == "system = 2"
    assert {(column.of, column.kind, column.label_name) for column in columns} == {
        ("system", "class", "system")
    }


def test_words_have_a_column_each_in_the_order_of_the_alphabet():
    columns = class_columns(SYSTEM, words("hexagonal", "cubic", "cubic", "0.5"))
    assert [column.choice for column in columns] == ["0.5", "cubic", "hexagonal"]


def test_zero_and_one_as_words_are_two_classes():
    assert [column.choice for column in class_columns(SYSTEM, words("1", "0"))] == ["0", "1"]


@pytest.mark.parametrize(
    ("targets", "complaint"),
    [
        (numbers(0, 0.5), "has the value 0.5"),
        (numbers(2, 2), "has 1 different values"),
        (numbers(*range(51)), "has 51 different values, and 2 to 50"),
    ],
)
def test_what_makes_no_classes_is_refused(targets: list[dict[str, object]], complaint: str):
    with pytest.raises(SettingError, match=complaint):
        class_columns(SYSTEM, targets)


def test_columns_of_one_property_are_a_group():
    columns = (GAP, *class_columns(SYSTEM, words("b", "a", "c")), PropertySpec(name="metal", kind="class"))
    assert class_groups(columns) == [[1, 2, 3], [4]]
    assert class_names(columns, [1, 2, 3]) == ["a", "b", "c"]
    assert class_names(columns, [4]) == ["0", "1"]
    assert class_groups([GAP]) == []


def test_a_label_is_called_by_its_word_or_its_number():
    assert class_name({"value": 3.0, "class": "cubic"}) == "cubic"
    assert class_name({"value": 3.0}) == "3"
