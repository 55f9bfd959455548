from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.jobs.results.attention import AttentionArchive
from core.jobs.results.attention_pairs import AttentionPairs
from core.jobs.results.attention_survey import (
    MOST_SHELLS,
    SHELL,
    attended_structures,
    survey_attention,
)
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec


def salt(anion_share: float, distance: float = 2.8) -> AttentionPairs:
    """Two sites: the cation pays a share to six anions, the rest to itself; the anion only to cations."""
    return AttentionPairs(
        centre=np.array([0, 0, 1], np.int32),
        neighbour=np.array([0, 1, 0], np.int32),
        distances=np.array([0.0, distance, distance], np.float32),
        counts=np.array([1, 6, 6], np.int32),
        attention=np.array([[1 - anion_share], [anion_share], [1.0]], np.float32),
        row_map=np.array([0, 1], np.int32),
    )


def pair_named(survey: Any, centre: str, neighbour: str) -> Any:
    return next(one for one in survey.element_pairs(0) if (one.centre, one.neighbour) == (centre, neighbour))


def test_attention_between_elements_is_the_mean_over_the_sites_that_pay():
    survey = survey_attention([(salt(0.5), ["Na", "Cl"]), (salt(0.9), ["Na", "Cl"])], ["attention"])
    sodium = pair_named(survey, "Na", "Cl")
    assert sodium.attention == pytest.approx(0.7)
    assert sodium.even == pytest.approx(6 / 7)
    assert sodium.num_pairs == 12
    assert pair_named(survey, "Cl", "Na").attention == pytest.approx(1.0)
    assert survey.num_structures == 2


def test_what_the_sites_of_an_element_pay_adds_up_to_all():
    survey = survey_attention([(salt(0.5), ["Na", "Cl"]), (salt(0.9), ["Na", "I"])], ["attention"])
    for name in ("attention", "even"):
        paid = sum(getattr(one, name) for one in survey.element_pairs(0) if one.centre == "Na")
        assert paid == pytest.approx(1.0)


def test_a_site_that_is_imported_twice_counts_twice():
    once = salt(0.5)
    twice = AttentionPairs(**{**vars(salt(0.9)), "row_map": np.array([0, 0, 1, 1], np.int32)})
    survey = survey_attention([(once, ["Na", "Cl"]), (twice, ["Na", "Na", "Cl", "Cl"])], ["attention"])
    assert pair_named(survey, "Na", "Cl").attention == pytest.approx((0.5 + 2 * 0.9) / 3)


def test_shells_tell_the_attention_to_one_neighbour_by_distance():
    survey = survey_attention([(salt(0.5, 2.8), ["Na", "Cl"]), (salt(0.9, 3.3), ["Na", "Cl"])], ["attention"])
    number = list(zip(survey.centres, survey.neighbours, strict=True)).index(("Na", "Cl"))
    mean, even = survey.per_pair(number, None)
    shown = np.isfinite(mean)
    assert survey.middles[shown] == pytest.approx([2.75, 3.25])
    assert mean[shown] == pytest.approx([0.5 / 6, 0.9 / 6])
    assert even[shown] == pytest.approx([1 / 7, 1 / 7])


def test_what_is_very_far_is_in_the_last_shell():
    survey = survey_attention([(salt(0.5, 100.0), ["Na", "Cl"])], ["attention"])
    assert len(survey.middles) == MOST_SHELLS
    assert survey.edges[-1] == MOST_SHELLS * SHELL


def test_many_element_pairs_find_room():
    symbols = ["Li", "Na", "K", "Rb", "Cs", "F", "Cl", "Br", "I", "O", "S", "Se"]
    structures = [(salt(0.5), [one, two]) for one in symbols for two in symbols if one != two]
    survey = survey_attention(structures, ["attention"])
    assert len(survey.centres) == len(symbols) ** 2
    assert list(survey.centres) == sorted(survey.centres)
    assert survey.num_pairs.sum() == 13 * len(structures)


def test_no_structures_give_an_empty_survey():
    survey = survey_attention([], ["attention"])
    assert list(survey.element_pairs(None)) == []
    assert survey.num_structures == 0


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Three structures, the last without attention."""
    run = RunFolder(tmp_path / "0001-predict")
    species = [{"Na": 1.0}, {"Cl": 1.0}]
    run.write_job(JobSpec(kind="predict"), [{"id": n, "structure": {"species": species}} for n in (4, 7, 9)])
    one = salt(0.5)
    columns = [("centre", "i4"), ("neighbour", "i4"), ("distance", "f4"), ("count", "i4")]
    table = np.zeros(3, dtype=[*columns, ("attention", "f4", (1,))])
    table["centre"], table["neighbour"], table["distance"] = one.centre, one.neighbour, one.distances
    table["count"], table["attention"] = one.counts, one.attention
    np.savez(
        run.attention_file,
        structure_ids=np.array([4, 7]),
        heads=np.array(["attention"]),
        matrix_0=np.tile(np.array([0.5, 0.5, 1.0, 0.0], np.float32), 2),
        matrix_offsets=np.arange(3) * 4,
        pairs_0=np.tile(table, 2),
        pair_offsets=np.arange(3) * 3,
        site_map=np.array([0, 1, 0, 1], np.int32),
        row_map=np.array([0, 1, 0, 1], np.int32),
        map_offsets=np.arange(3) * 2,
    )
    return run


@pytest.mark.parametrize(("chosen", "count"), [(None, 2), ({7, 9}, 1), ({9}, 0)])
def test_the_structures_of_a_run_that_have_attention_are_found(
    run: RunFolder, chosen: set[int] | None, count: int
):
    found = list(attended_structures(run, AttentionArchive(run.attention_file), chosen))
    assert len(found) == count
    for pairs, elements in found:
        assert elements == ["Na", "Cl"]
        assert pairs.attention[1, 0] == 0.5
