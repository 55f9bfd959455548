"""The report of a study as one HTML page that needs nothing else; all text from files is escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from core.config import StudySettings
from core.evaluation.study.cells import CellRow
from core.evaluation.study.comparison import CurvePoint, StudyResults
from core.jobs.spec import JobSpec
from core.jobs.study_arms import Arm
from core.settings import setting_fields

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid #8886; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; background: #fff; }
svg { max-width: 100%; height: auto; }
"""


def html_report(
    spec: JobSpec,
    settings: StudySettings,
    arms: Sequence[Arm],
    results: StudyResults,
    failures: Sequence[CellRow],
    methods: str,
    plot: str,
    data: Iterable[tuple[str, str]],
) -> str:
    """Compose the page.

    plot: the text of an SVG file that this program has written. data: what was used, with its SHA-256.
    """
    title = escape(spec.title)
    unit = escape(spec.properties[0].learned_unit)
    words = {arm.text: arm.words for arm in arms}
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{escape(spec.collection)}, {escape(spec.created)}</p>",
        "<h2>What was found</h2>",
        _list(results.sentences),
        f"<figure>{plot[plot.index('<svg') :]}</figure>",
        f"<h2>Mean absolute error{f' in {unit}' if unit else ''}</h2>",
        _table(
            ("arm", "labels", "repeats", "mean", "95 % interval", "median", "without bounds"),
            [_curve_cells(point, words[point.arm]) for point in results.curves],
        ),
        _failures(failures),
        "<h2>For a methods section</h2>",
        f"<p>{escape(methods)}</p>",
        "<h2>Settings</h2>",
        _settings_table(settings),
        "<h2>Data and versions</h2>",
        _table(("data", "SHA-256"), data),
        f"<p>Seed: {spec.seed}</p>",
        _table(("package", "version"), sorted(spec.versions.items())),
    ]
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n'


def _curve_cells(point: CurvePoint, words: str) -> tuple[str, ...]:
    return (
        words,
        f"{point.n_labels:,}" if point.n_labels else "all",
        str(point.repeats),
        f"{point.mae.mean:.4g}",
        f"{point.mae.lower:.4g} to {point.mae.upper:.4g}",
        f"{point.median_mae:.4g}",
        "-" if point.mae_measured is None else f"{point.mae_measured:.4g}",
    )


def _settings_table(settings: StudySettings) -> str:
    values = settings.model_dump()
    rows = []
    for field in setting_fields(type(settings)):
        group, name = field.key.split(".")
        unit = f" {field.unit}" if field.unit else ""
        rows.append((field.key, field.label, f"{values[group][name]}{unit}"))
    return _table(("setting", "label", "value"), rows)


def _failures(failures: Sequence[CellRow]) -> str:
    if not failures:
        return ""
    rows = [(row.cell.words, row.reason) for row in failures]
    return f"<h2>Cells that failed</h2>{_table(('cell', 'reason'), rows)}"


def _list(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else "<p>There was only one arm: nothing to compare.</p>"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td{_alignment(cell)}>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _alignment(cell: str) -> str:
    return ' class="number"' if cell.replace(",", "").replace(".", "").isdecimal() else ""
