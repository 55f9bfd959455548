"""Puts the model of a finished run among those that come with the program, with its card in words.

python packaging/ship_model.py RUN NAME --title "…" --learned-from "…" --data "…" [--recommended] …
"""

import argparse
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.config import build_settings
from core.events import EpochEnded
from core.jobs.event_log import EventTail
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.store.requests.shipped_models import FOLDER, HEADER, LARGEST_FILE, SCRATCH, Description
from core.training.model.model_file import Model, load_model, save_model

CURVE_ROWS = 12
ERROR_COLUMNS = ("property", "unit", "split", "labels", "mean absolute error", "of the mean", "of a forest")


def main() -> None:
    """Write the model, made small, and its card; end where it cannot be shipped."""
    chosen = arguments()
    run = RunFolder(chosen.run)
    spec, result = run.spec(), run.result()
    description = Description(
        title=chosen.title, learned_from=chosen.learned_from, recommended=chosen.recommended
    )
    model = slimmed(load_model(run.model_file), keeps_head=not chosen.drop_head)
    if chosen.site_limit is not None:
        model = for_cells_up_to(chosen.site_limit, model)
    if model.seen is None:
        sys.exit("The model does not record what it was trained on, so that it cannot be kept from tests.")
    chosen.folder.mkdir(parents=True, exist_ok=True)
    path = chosen.folder / f"{chosen.name}.safetensors"
    partial = path.with_suffix(".partial")
    save_model(partial, model, {HEADER: description.model_dump_json()})
    size = partial.stat().st_size
    if size > LARGEST_FILE:
        partial.unlink()
        sys.exit(f"The model takes {size / 1e6:.1f} MB; at most {LARGEST_FILE / 1e6:g} MB are shipped.")
    partial.replace(path)
    sections = card_sections(chosen, spec, model, result, list(curve(run)), size)
    text = f"# {description.title}\n" + "".join(f"\n## {title}\n\n{body}\n" for title, body in sections)
    path.with_suffix(".md").write_text(text, encoding="utf-8")
    print(f"{path}: {size / 1e6:.2f} MB, with its card beside it.")


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("name", type=plain_name, help="lower-case letters, digits and hyphens")
    parser.add_argument("--title", required=True, help="a few words for a list")
    parser.add_argument(
        "--learned-from", required=True, help="what follows 'Learned from', without a full stop"
    )
    parser.add_argument("--data", required=True, help="where the structures are from, licence, attribution")
    parser.add_argument("--limit", action="append", default=[], help="one known limit, a sentence")
    parser.add_argument("--command", default="", help="how it was made; default: told by the run")
    parser.add_argument("--recommended", action="store_true", help="fine-tuning starts from it by default")
    parser.add_argument("--drop-head", action="store_true", help="ship the encoder without its properties")
    parser.add_argument(
        "--site-limit",
        type=int,
        help="largest cell that it takes, in sites; else that of its run",
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help=argparse.SUPPRESS)
    return parser.parse_args()


def plain_name(text: str) -> str:
    """A name that is no number of a run and no path."""
    if not re.fullmatch("[a-z][a-z0-9-]*", text) or text == SCRATCH:
        raise argparse.ArgumentTypeError("use lower-case letters, digits and hyphens, a letter first")
    return text


def slimmed(model: Model, *, keeps_head: bool) -> Model:
    """The same with weights of four bytes; without its head it predicts nothing and is a start only.

    What it has learned from stays recorded in either case.
    """
    if model.head is None or not keeps_head:
        alone = model.encoder_alone()
        return Model(alone.card, alone.encoder.float(), None, alone.seen)
    return Model(
        model.card, model.encoder.float(), model.head.float(), model.seen, model.domain, model.others
    )


def for_cells_up_to(site_limit: int, model: Model) -> Model:
    """The same network for larger cells than it learned from; the limit is no weight of it."""
    settings = {**model.card.encoder_settings, "site_limit": site_limit}
    card = model.card.model_copy(update={"encoder_settings": settings})
    return Model(card, model.encoder, model.head, model.seen, model.domain, model.others)


def card_sections(
    chosen: argparse.Namespace,
    spec: JobSpec,
    model: Model,
    result: Mapping[str, Any],
    epochs: list[EpochEnded],
    size: int,
) -> list[tuple[str, str]]:
    """Titles and texts of the card."""
    card, seen = model.card, model.seen
    num_seen = 0 if seen is None else len(seen.crystals)
    changes = dict(changed_settings(spec))
    settings = table(("setting", "value"), changes.items()) if changes else "Those of the standard preset."
    learned = ", ".join(f"{p.name} ({p.learned_unit})" if p.unit else p.name for p in spec.properties)
    losses = [(e.epoch + 1, figure(e.train_loss), figure(e.validation_loss)) for e in epochs]
    metrics = result.get("metrics", {})
    figures = (
        table(ERROR_COLUMNS, errors(metrics))
        if card.properties
        else table(("figure", "value"), [(key, figure(value)) for key, value in flat(metrics)])
    )
    limits = [
        f"It has met {len(card.elements)} elements: {', '.join(card.elements)}. Of others it knows nothing.",
        f"Formulas that it has seen: {num_seen:,}, recorded in the file. Where these are tested on again, "
        "errors may come out too low; the program says so.",
        *chosen.limit,
    ]
    learned_from = spec.settings["encoder"].get("site_limit")
    if learned_from != card.encoder_settings.get("site_limit"):
        limits.append(
            f"It learned from primitive cells of at most {learned_from} sites and takes larger ones."
        )
    return [
        ("Data", f"{chosen.data}\n\n{spec.num_structures:,} structures, {card.num_train:,} to learn from; "
         f"SHA-256 of the list `{spec.structures_sha256}`."),
        ("Network", f"`{card.encoder}`, {size / 1e6:.2f} MB, "
         f"{sum(p.numel() for p in model.encoder.parameters()):,} weights of the encoder"
         + (", with output layers." if model.head is not None else ", without output layers.")),
        ("Objective", f"`{spec.objective}`" + (f": {learned}" if learned else ", no measured values")
         + (f", going on from {spec.start_from.name}" if spec.start_from else "") + f"; seed {spec.seed}."),
        ("Settings other than standard", settings),
        ("Command", f"```\n{chosen.command or command(spec, changes)}\n```"),
        ("Curve", table(("epoch", "training loss", "validation loss"), losses)),
        ("Figures", figures),
        ("Known limits", "\n".join(f"- {limit}" for limit in limits)),
        ("Versions", ", ".join(f"{name} {version}" for name, version in spec.versions.items()) + "."),
    ]  # fmt: skip


def changed_settings(spec: JobSpec) -> Iterator[tuple[str, Any]]:
    """The settings that are not those of the standard preset, by dotted key."""
    standard = dict(flat(build_settings(spec.kind, "standard", {}, spec.encoder).model_dump()))
    for key, value in flat(spec.settings):
        if key not in standard or standard[key] != value:
            yield key, value


def command(spec: JobSpec, changes: Mapping[str, Any]) -> str:
    """The command that makes the same run in a project with the same collection."""
    words = ["siteloupe", spec.kind, "PROJECT", "--collection", spec.collection, "--encoder", spec.encoder]
    words += [word for prop in spec.properties for word in ("--property", prop.name)]
    if spec.kind == "finetune":
        words += ["--from", spec.start_from.name if spec.start_from else SCRATCH]
    words += ["--seed", str(spec.seed)]
    words += [word for key, value in changes.items() for word in ("--set", f"{key}={value}")]
    return shlex.join(words)


def curve(run: RunFolder) -> Iterator[EpochEnded]:
    """About a dozen epochs of the run, the first and the last among them; of one done twice the later."""
    timed = EventTail(run.events_file).read()
    by_number = {t.event.epoch: t.event for t in timed if isinstance(t.event, EpochEnded)}
    epochs = [by_number[number] for number in sorted(by_number)]
    step = max(1, len(epochs) // CURVE_ROWS)
    yield from (epoch for k, epoch in enumerate(epochs) if k % step == 0 or k == len(epochs) - 1)


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested entries by dotted key."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def errors(metrics: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Mean absolute errors of each property and split beside those of the baselines."""
    for name, of_property in metrics.items():
        for split in ("validation", "test"):
            found = of_property.get(split)
            if found:
                names = ("mae", "mae_mean_baseline", "mae_forest_baseline")
                unit = of_property.get("unit") or "-"
                yield (
                    name,
                    unit,
                    split,
                    figure(found.get("num_labels")),
                    *(figure(found.get(one)) for one in names),
                )


def figure(value: Any) -> str:
    """Four digits of a number, a dash where there is none."""
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def table(header: tuple[str, ...], rows: Any) -> str:
    """A table in Markdown."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


if __name__ == "__main__":
    main()
