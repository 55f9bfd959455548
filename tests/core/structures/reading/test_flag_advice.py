from core.structures.reading.flag_advice import FLAG_ADVICE
from core.structures.reading.result import FLAG_NAMES


def test_there_is_something_to_say_about_every_remark():
    assert FLAG_ADVICE.keys() == FLAG_NAMES.keys()
    assert all(text.endswith(".") for text in FLAG_ADVICE.values())
