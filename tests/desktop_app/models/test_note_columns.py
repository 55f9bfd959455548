import re

from desktop_app.models.note_columns import notes_model
from desktop_app.notes import Note, Severity


def test_a_note_has_its_time_kind_words_and_advice(qapp):
    model = notes_model()
    model.set_rows([Note(Severity.ERROR, "No space.", "Free some.")])
    time, *rest = (model.cell_text(0, column) for column in range(4))
    assert re.fullmatch(r"\d\d:\d\d:\d\d", time)
    assert rest == ["error", "No space.", "Free some."]
