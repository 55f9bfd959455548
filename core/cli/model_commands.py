"""predict, embed, attention: applying a trained model to structure files."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.cli.console import Console
from core.cli.output_file import check_output_file
from core.cli.subcommands import Subcommands
from core.errors import ModelError, SettingError
from core.jobs.csv_file import write_csv
from core.jobs.run_folder import RunFolder
from core.store.shipped_models import shipped_or_file

if TYPE_CHECKING:  # these import torch, which takes seconds; only the commands themselves need it
    from core.inspection.from_files import EncodedFiles
    from core.training.model_file import Model


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the commands of this file."""
    predict = _add(commands, common, "predict", "predict properties of structures", "CSV file to write")
    predict.set_defaults(command=_predict)
    embed = _add(commands, common, "embed", "write embeddings of structures", "CSV or .npz file to write")
    embed.add_argument("--level", choices=("crystal", "site"), default="crystal", help="default: %(default)s")
    embed.set_defaults(command=_embed)
    attention = _add(commands, common, "attention", "write attention pair by pair", ".npz file to write")
    attention.set_defaults(command=_attention)


def _add(
    commands: Subcommands, common: argparse.ArgumentParser, name: str, help_text: str, out_help: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, parents=[common], help=help_text)
    parser.add_argument(
        "model", metavar="MODEL|RUN", help="a model file, a shipped model, or the folder of a run"
    )
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="CIF files or folders of them")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=out_help)
    return parser


def _predict(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    model, files = _encode(arguments, console)
    if not model.card.properties:
        raise ModelError(
            f"'{arguments.model}' was pretrained and has learned no property.", "Fine-tune it first."
        )
    columns = [f"{prop.name}{end}" for prop in model.card.properties for end in ("", "_lower", "_upper")]
    write_csv(arguments.out, ["id", "path", *columns, "in_domain"], _prediction_lines(model, files))
    _remark_on_seen(arguments, console, model, files)
    return _finish(arguments, console, files)


def _remark_on_seen(
    arguments: argparse.Namespace, console: Console, model: "Model", files: "EncodedFiles"
) -> None:
    from core.worker.seen_remarks import remarks_on_predictions

    rows = [{"formula": read.structure.formula} for read in files.read]
    names = [prop.name for prop in model.card.properties]
    for remark in remarks_on_predictions(Path(arguments.model).name, model.seen, rows, names):
        console.show(remark.text)


def _prediction_lines(model: "Model", files: "EncodedFiles") -> Iterator[list[Any]]:
    from core.inspection.from_files import in_domain
    from core.training.targets import to_original_scale

    widths = model.card.interval_half_widths or (None,) * len(model.card.properties)
    for read, encoded in zip(files.read, files.encoded, strict=True):
        line: list[Any] = [read.name, read.path]
        for k, prop in enumerate(model.card.properties):
            width = np.nan if widths[k] is None else widths[k]
            middle = encoded.predicted[k]
            values = np.array([middle, middle - width, middle + width])
            line += [float(value) for value in to_original_scale(values, prop)]
        yield [*line, str(in_domain(model, read)).lower()]


def _embed(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    if arguments.out.suffix not in (".csv", ".npz"):
        raise SettingError(
            f"'{arguments.out}' is no format for embeddings.", "Use a name ending in .csv or .npz."
        )
    _, files = _encode(arguments, console)
    if arguments.out.suffix == ".npz":
        from core.inspection.arrays import write_embeddings

        names = [read.name for read in files.read]
        write_embeddings(arguments.out, range(len(names)), files.graphs, files.encoded, names=names)
        return _finish(arguments, console, files)
    if arguments.level == "crystal":
        width = len(files.encoded[0].crystal)
        lines = [
            [read.name, read.path, *map(float, one.crystal)]
            for read, one in zip(files.read, files.encoded, strict=True)
        ]
        write_csv(arguments.out, ["id", "path", *(f"e{k}" for k in range(width))], lines)
    else:
        width = files.encoded[0].sites.shape[1]
        header = ["id", "path", "site", "label", *(f"e{k}" for k in range(width))]
        write_csv(arguments.out, header, _site_lines(files))
    return _finish(arguments, console, files)


def _site_lines(files: "EncodedFiles") -> Iterator[list[Any]]:
    """One line per site as imported; sites that are equivalent have the same embedding."""
    for read, graph, encoded in zip(files.read, files.graphs, files.encoded, strict=True):
        labels = read.structure.site_labels or ("",) * read.structure.num_sites
        for site, (row, label) in enumerate(zip(graph.site_map, labels, strict=True)):
            yield [read.name, read.path, site, label, *map(float, encoded.sites[row])]


def _attention(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.inspection.pair_attention import write_pair_attention

    model, files = _encode(arguments, console)
    write_pair_attention(arguments.out, model, files)
    return _finish(arguments, console, files)


def _encode(arguments: argparse.Namespace, console: Console) -> tuple["Model", "EncodedFiles"]:
    from core.inspection.from_files import encode_files
    from core.training.model_file import load_model

    check_output_file(arguments.out, "--out")
    path = shipped_or_file(arguments.model)
    path = RunFolder(path).model_file if path.is_dir() else path
    if not path.is_file():
        raise ModelError(f"There is no model at '{path}'.", "Give a completed run or a .safetensors model.")
    model = load_model(path)
    with console.progress("Reading structures") as advance:
        return model, encode_files(model, arguments.paths, advance)


def _finish(arguments: argparse.Namespace, console: Console, files: "EncodedFiles") -> dict[str, Any]:
    console.show(f"Wrote {len(files.read)} structures to '{arguments.out}'.")
    if files.rejected:
        console.show(f"{len(files.rejected)} could not be used:")
        console.show_first([f"{one.path}: {one.reason} {one.hint}" for one in files.rejected])
    return {
        "out": str(arguments.out),
        "num_structures": len(files.read),
        "rejected": [vars(rejection) for rejection in files.rejected],
    }
