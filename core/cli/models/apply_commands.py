"""predict, embed, attention, occlude: applying a trained model to structure files."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.console import SHOWN_LINES, Console
from core.cli.models.prediction_table import PredictionTable, Ranking, check_format, prediction_table
from core.cli.output_file import check_output_file
from core.cli.subcommands import Subcommands
from core.errors import ModelError, SettingError
from core.jobs.csv_file import write_csv
from core.jobs.results.trust_words import interval_sentence
from core.jobs.run_folder import RunFolder
from core.store.requests.shipped_models import shipped_or_file
from core.store.runs.ranking import CRITERIA

if TYPE_CHECKING:  # these import torch, which takes seconds; only the commands themselves need it
    from core.evaluation.learners.blended_model import Predictor
    from core.evaluation.predictions import Predicted
    from core.inspection.from_files import EncodedFiles
    from core.training.model.model_file import Model


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the commands of this file."""
    predict = _add(commands, common, "predict", "predict properties of structures", ".csv or .json to write")
    predict.add_argument(
        "--rank",
        choices=CRITERIA,
        help="what to measure next: the most promising first, by predicted value, by uncertainty, or by how "
        "much a candidate is expected to be better than the best value measured (of a logarithm in decades)",
    )
    predict.add_argument("--property", metavar="NAME", help="what to rank by, of several that are predicted")
    predict.add_argument("--minimize", action="store_true", help="low values are wanted; default: high ones")
    predict.set_defaults(command=_predict)
    embed = _add(commands, common, "embed", "write embeddings of structures", "CSV or .npz file to write")
    embed.add_argument("--level", choices=("crystal", "site"), default="crystal", help="default: %(default)s")
    embed.set_defaults(command=_embed)
    attention = _add(
        commands,
        common,
        "attention",
        "write attention by pair, or its means by element and distance",
        ".npz file to write all pairs to, or CSV file for the means over all structures",
    )
    attention.set_defaults(command=_attention)
    occlude = _add(
        commands, common, "occlude", "write how predictions change when sites are hidden", "CSV file to write"
    )
    occlude.set_defaults(command=_occlude)


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
    from core.evaluation.file_predictions import predict_files
    from core.evaluation.trust.intervals import trust_figures

    check_output_file(arguments.out, "--out")
    check_format(arguments.out)
    with console.progress("Reading structures") as advance:
        model, files, predicted = predict_files(_model_file(arguments), arguments.paths, advance)
    named = [(read.name, read.path) for read in files.read]
    table = prediction_table(model, named, predicted, _ranking(arguments))
    table.write(arguments.out)
    _remark_on_seen(arguments, console, model, files)
    trust = trust_figures(model.card.properties, model.intervals, model.measured_ranges)
    _remark_on_trust(console, model, predicted, trust)
    if arguments.rank:
        _show_ranked(console, arguments, table)
    outside = sum(predicted.in_domain(k) == "false" for k in range(len(named)))
    return {**_finish(arguments, console, files), "num_out_of_domain": outside, "trust": trust}


def _ranking(arguments: argparse.Namespace) -> Ranking | None:
    if not arguments.rank:
        return None
    return Ranking(arguments.rank, arguments.property, not arguments.minimize)


def _remark_on_trust(
    console: Console, model: "Predictor", predicted: "Predicted", trust: Mapping[str, Any]
) -> None:
    """Say what the intervals are and how many structures are unlike those learned from."""
    for prop in model.card.properties:
        is_class = prop.kind == "class"
        words = interval_sentence(trust[prop.name]["interval"], is_class=is_class)
        console.show(f"{prop.name}: {words}")
    reasons = predicted.reasons or []
    if outside := sum(1 for texts in reasons if texts):
        console.show(
            f"{outside} of {len(reasons)} structures are unlike those that the model has learned from; the "
            "column 'reasons' says why. Their intervals cannot be relied on."
        )


def _show_ranked(console: Console, arguments: argparse.Namespace, table: PredictionTable) -> None:
    places = [table.columns.index(name) for name in ("rank", "id", "score", "in_domain")]
    shown = [[_short(line[place]) for place in places] for line in table.lines[:SHOWN_LINES]]
    title = f"First by {arguments.rank.replace('_', ' ')}"
    console.table(title, ["rank", "structure", "score", "in domain"], shown)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _remark_on_seen(
    arguments: argparse.Namespace, console: Console, model: "Predictor", files: "EncodedFiles"
) -> None:
    from core.worker.seen_remarks import remarks_on_predictions

    rows = [{"formula": read.structure.formula} for read in files.read]
    names = [prop.name for prop in model.card.properties]
    for remark in remarks_on_predictions(Path(arguments.model).name, model.seen, rows, names):
        console.show(remark.text)


def _embed(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    _check_ending(arguments.out, "embeddings")
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
    from core.inspection.attention_survey import survey_files, write_survey
    from core.inspection.pair_attention import write_pair_attention

    _check_ending(arguments.out, "attention")
    model, files = _encode(arguments, console)
    if arguments.out.suffix == ".csv":
        write_survey(arguments.out, survey_files(model, files))
    else:
        write_pair_attention(arguments.out, model, files)
    return _finish(arguments, console, files)


def _occlude(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.inspection.occlusion_table import write_occlusion_table

    model, files = _encode(arguments, console)
    with console.progress("Hiding sites") as advance:
        write_occlusion_table(arguments.out, model, files, advance)
    return _finish(arguments, console, files)


def _check_ending(path: Path, what: str) -> None:
    if path.suffix not in (".csv", ".npz"):
        raise SettingError(f"'{path}' is no format for {what}.", "Use a name ending in .csv or .npz.")


def _encode(arguments: argparse.Namespace, console: Console) -> tuple["Model", "EncodedFiles"]:
    from core.inspection.from_files import encode_files
    from core.training.model.model_file import load_model

    check_output_file(arguments.out, "--out")
    model = load_model(_model_file(arguments))
    with console.progress("Reading structures") as advance:
        return model, encode_files(model, arguments.paths, advance)


def _model_file(arguments: argparse.Namespace) -> Path:
    path = shipped_or_file(arguments.model)
    path = RunFolder(path).model_file if path.is_dir() else path
    if not path.is_file():
        raise ModelError(f"There is no model at '{path}'.", "Give a completed run or a .safetensors model.")
    return path


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
