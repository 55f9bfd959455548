from core.errors import CoreError
from desktop_app.notes import Note, Notes, Severity


def test_a_note_is_posted_and_kept(qapp):
    notes, posted = Notes(), []
    notes.posted.connect(posted.append)
    notes.done("Imported.")
    assert [note.text for note in posted] == ["Imported."]
    assert notes.history == posted


def test_the_same_error_twice_in_a_moment_is_one_note(qapp):
    notes = Notes()
    notes.error(CoreError("No space.", "Free some."))
    notes.error(CoreError("No space.", "Free some."))
    assert len(notes.history) == 1
    assert notes.history[0].level is Severity.ERROR


def test_the_same_note_later_is_another(qapp):
    notes = Notes()
    notes.post(Note(Severity.INFO, "Again.", time=0.0))
    notes.post(Note(Severity.INFO, "Again.", time=60.0))
    assert len(notes.history) == 2


def test_the_history_does_not_grow_without_end(qapp):
    notes = Notes()
    for number in range(1500):
        notes.post(Note(Severity.INFO, f"Note {number}", time=number * 10.0))
    assert len(notes.history) == 1000
    assert notes.history[-1].text == "Note 1499"
