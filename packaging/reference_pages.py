"""Makes the reference pages of the documentation from the program itself, whenever mkdocs builds it.

Settings from `core.config`, commands from their parser, the engine from its docstrings: what is described
once in the code is not described again.
"""

import argparse
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from core.cli.parser import build_parser
from core.config import ENCODERS, JOB_SETTINGS, SettingField, Settings, setting_fields

REPOSITORY = Path(__file__).resolve().parents[1]
COLUMNS = "100"  # characters; the width of the help texts of commands
WITHOUT_PAGE = {"cli", "__main__", "__init__"}  # the commands have a page of their own


def on_config(config: Any) -> Any:
    """Called by mkdocs: enter the pages of the engine into the navigation."""
    reference = next(entry["Reference"] for entry in config["nav"] if "Reference" in entry)
    engine = next(entry for entry in reference if isinstance(entry, dict) and "Engine" in entry)
    engine["Engine"] = [f"reference/engine/{part}.md" for part in engine_parts()]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Called by mkdocs: add the pages that are made."""
    from mkdocs.structure.files import File

    for name, content in pages():
        files.append(File.generated(config, name, content=content))
    return files


def pages() -> Iterator[tuple[str, str]]:
    """Name and text of every page that is made."""
    yield "decisions/index.md", decisions_page()
    yield "reference/settings.md", settings_page()
    yield "reference/commands.md", commands_page()
    for part in engine_parts():
        yield f"reference/engine/{part}.md", engine_page(part)


def decisions_page() -> str:
    """The list of decision records by number."""
    lines = ["# Decisions", "", "Why it is as it is, one page per decision.", ""]
    for path in sorted((REPOSITORY / "docs/decisions").glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        number, _, words = title.partition(". ")
        lines.append(f"- [{number}: {words}]({path.name})")
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """Every setting of every kind of job, and of every encoder once."""
    parts = [
        "# Settings",
        "What the forms of the window and `--set KEY=VALUE` of the commands offer, with the values of the "
        "standard preset. Settings of the network depend on the encoder and have a table for each.",
    ]
    for kind, model in JOB_SETTINGS.items():
        fields = [field for field in setting_fields(model) if not field.key.startswith("encoder.")]
        parts += [f"## {kind}", purpose(model), settings_table(fields)]
    for name, network in ENCODERS.items():
        fields = list(setting_fields(network, "encoder."))
        parts += [f"## Network: {name}", purpose(network), settings_table(fields)]
    return "\n\n".join(part for part in parts if part) + "\n"


def purpose(model: type[Settings]) -> str:
    """The first sentence of a model's docstring."""
    return (model.__doc__ or "").strip().split("\n\n")[0]


def settings_table(fields: Iterable[SettingField]) -> str:
    """One line per setting."""
    header = ["| setting | key | standard | allowed | meaning |", "|---|---|---|---|---|"]
    return "\n".join(header + [settings_row(field) for field in fields])


def settings_row(field: SettingField) -> str:
    """Label, key, default with its unit, range and help of a setting."""
    if field.choices:
        allowed = ", ".join(field.choices)
    elif field.minimum is not None:
        allowed = f"{field.minimum:g} to {field.maximum:g}"
    else:
        allowed = "yes, no" if field.kind is bool else ""
    default = ("no", "yes")[field.default] if field.kind is bool else field.default
    cells = (field.label, f"`{field.key}`", f"{default} {field.unit}".strip(), allowed, field.help)
    return "| " + " | ".join(escaped(str(cell)) for cell in cells) + " |"


def escaped(text: str) -> str:
    """Text for a cell of a table."""
    return re.sub(r"([|<>\[\]])", r"\\\1", text) if "`" not in text else text.replace("|", "\\|")


def commands_page() -> str:
    """The help of every command, as the terminal prints it."""
    os.environ["COLUMNS"] = COLUMNS
    os.environ["NO_COLOR"] = "1"
    parser = build_parser()
    parts = [
        "# Commands",
        "The same engine as in the window. Every command has `--help`.",
        fenced(parser.format_help()),
    ]
    for name, command in sub_commands(parser):
        parts += [f"## {name}", fenced(command.format_help())]
    return "\n\n".join(parts) + "\n"


def sub_commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The commands of a parser by name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def fenced(text: str) -> str:
    """Text as it is, in letters of one width."""
    return f"```text\n{text.rstrip()}\n```"


def engine_parts() -> list[str]:
    """The packages and modules of core that have a page, by name."""
    found = (path.stem for path in (REPOSITORY / "core").iterdir() if path.suffix == ".py" or path.is_dir())
    return sorted(set(found) - WITHOUT_PAGE - {"__pycache__"})


def engine_page(part: str) -> str:
    """The public things of a part of core, module by module."""
    folder = REPOSITORY / "core" / part
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    modules = (path.relative_to(REPOSITORY).with_suffix("").as_posix().replace("/", ".") for path in files)
    names = (name.removesuffix(".__init__") for name in modules)
    return f"# core.{part}\n\n" + "\n\n".join(f"::: {name}" for name in names) + "\n"
