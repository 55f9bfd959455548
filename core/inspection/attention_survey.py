"""Attention of a model summed up by element pair and distance over structure files."""

from collections.abc import Iterator
from pathlib import Path

from core.inspection.from_files import EncodedFiles
from core.jobs.csv_file import write_csv
from core.jobs.results.attention_pairs import AttentionPairs
from core.jobs.results.attention_survey import AttentionSurvey, survey_attention
from core.species import main_element
from core.training.model.model_file import Model


def survey_files(model: Model, files: EncodedFiles) -> AttentionSurvey:
    """Sum up the attention that a model pays in all structures of the files."""
    return survey_attention(_pairs(files), model.encoder.attention_heads)


def write_survey(path: Path, survey: AttentionSurvey) -> None:
    """Write one line for each element pair, shell of distance and head that has pairs, as CSV.

    `attention` is the mean that one neighbour gets, `if_even` what it would get were attention spread evenly.
    """
    header = ["from", "to", "distance_from", "distance_to", "head", "attention", "if_even", "num_pairs"]
    write_csv(path, header, _lines(survey))


def _pairs(files: EncodedFiles) -> Iterator[tuple[AttentionPairs, list[str]]]:
    for read, graph, encoded in zip(files.read, files.graphs, files.encoded, strict=True):
        pairs = AttentionPairs(
            centre=graph.pair_i,
            neighbour=graph.pair_j,
            distances=graph.distances,
            counts=graph.pair_counts,
            attention=encoded.attention,
            row_map=graph.site_map,
        )
        yield pairs, [main_element(site) for site in read.structure.species]


def _lines(survey: AttentionSurvey) -> Iterator[list[str | float | int]]:
    for number, ends in enumerate(zip(survey.centres, survey.neighbours, strict=True)):
        for head, name in enumerate(survey.heads):
            attention, even = survey.per_pair(number, head)
            for shell, count in enumerate(survey.num_pairs[number].tolist()):
                if count:
                    limits = map(float, survey.edges[shell : shell + 2])
                    yield [*ends, *limits, name, float(attention[shell]), float(even[shell]), count]
