import json

import pytest

from core.cli.console import Console

Capture = pytest.CaptureFixture[str]


def everything(console: Console) -> None:
    """Let the console say all that it can."""
    console.say("some words")
    console.show("a result")
    console.show_first(["one", "two"])
    console.table("Title", ["name"], [["a row"]])
    with console.progress("working") as advance:
        advance(1, 2)
        advance(2, 2, "nearly done")
    console.result({"a": 1})


def test_a_program_gets_one_object_on_stdout_and_nothing_else(capsys: Capture):
    everything(Console(as_json=True))
    assert json.loads(capsys.readouterr().out) == {"a": 1}


def test_a_person_gets_results_on_stdout_and_words_on_stderr(capsys: Capture):
    everything(Console(as_json=False))
    out, err = capsys.readouterr()
    assert err == "some words\n"
    for words in ("a result", "one", "two", "Title", "a row"):
        assert words in out
    assert '{"a": 1}' not in out


def test_an_error_is_one_line_on_stderr_whoever_reads_it(capsys: Capture):
    for as_json in (True, False):
        Console(as_json=as_json).error("It broke.\nMend it.")
        out, err = capsys.readouterr()
        assert (out, err) == ("", "siteloupe: It broke. Mend it.\n")


def test_of_a_long_list_the_first_are_shown_and_the_rest_counted(capsys: Capture):
    Console(as_json=False).show_first([f"line {k}" for k in range(13)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert lines[0] == "  line 0"
    assert lines[-1] == "  ... and 3 more"


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "a:b:smile:", "x" * 300, "C:\\cifs\\[1]"])
def test_text_is_shown_as_it_is(capsys: Capture, text: str):
    console = Console(as_json=False)
    for write in (console.show, console.say):
        write(text)
    out, err = capsys.readouterr()
    assert out == err == text + "\n"


def test_a_cell_wider_than_the_terminal_is_shown_whole(capsys: Capture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "20")
    name = "0123456789" * 5
    Console(as_json=False).table("T", ["name"], [[name]])
    assert name in "".join(capsys.readouterr().out.split("│")).replace(" ", "").replace("\n", "")


@pytest.mark.parametrize("name", ["Fe₂O₃", "Na\udcffCl"])
def test_names_of_any_kind_survive_json(capsys: Capture, name: str):
    Console(as_json=True).result({"name": name})
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"name": name}


def test_a_progress_bar_is_not_drawn_into_a_file(capsys: Capture):
    everything(Console(as_json=False))
    assert "\x1b" not in capsys.readouterr().err
