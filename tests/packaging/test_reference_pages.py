import runpy
from pathlib import Path

from core.cli.parser import build_parser
from core.config import ENCODERS, JOB_SETTINGS, setting_fields

# The folder has the name of a library, so that it cannot be imported from.
MADE = runpy.run_path(str(Path(__file__).resolve().parents[2] / "packaging" / "reference_pages.py"))
PAGES = dict(MADE["pages"]())


def text_of(name: str) -> str:
    return PAGES[name]


def test_every_setting_of_every_job_and_network_is_described():
    text = text_of("reference/settings.md")
    fields = [field for model in JOB_SETTINGS.values() for field in setting_fields(model)]
    fields += [field for model in ENCODERS.values() for field in setting_fields(model, "encoder.")]
    assert [field.key for field in fields if f"`{field.key}`" not in text] == []


def test_every_row_of_the_settings_has_five_cells():
    rows = [line for line in text_of("reference/settings.md").splitlines() if line.startswith("| ")]
    unescaped = [row.replace("\\|", "") for row in rows]
    assert {row.count("|") for row in unescaped} == {6}


def test_every_command_has_its_help():
    text = text_of("reference/commands.md")
    names = [name for name, _ in MADE["sub_commands"](build_parser())]
    assert {"import", "finetune", "predict"} <= set(names)
    assert [name for name in names if f"\n## {name}\n" not in text] == []


def test_every_part_of_the_engine_has_a_page_that_names_its_modules():
    assert "::: core.encoders.cgcnn" in text_of("reference/engine/encoders.md").splitlines()
    assert "reference/engine/errors.md" in PAGES


def test_decisions_are_listed_in_their_order():
    lines = [line for line in text_of("decisions/index.md").splitlines() if line.startswith("- ")]
    numbers = [int(line.removeprefix("- [").split(":")[0]) for line in lines]
    assert numbers == sorted(numbers)
    assert numbers[:3] == [1, 2, 3]
