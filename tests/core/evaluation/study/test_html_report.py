from html.parser import HTMLParser

from core.config import StudySettings, setting_fields
from core.evaluation.study.cells import FAILED, Cell, as_row
from core.evaluation.study.comparison import CurvePoint, StudyResults
from core.evaluation.study.html_report import html_report
from core.evaluation.trust.bootstrap import Interval
from core.jobs.spec import JobSpec, PropertySpec
from core.jobs.study_texts import parse_arms

EVIL = "<script>alert(1)</script>"
ARMS = parse_arms(f"mean, supervised:{EVIL}")
RESULTS = StudyResults(
    curves=[CurvePoint(arm.text, 1000, 10, 0, Interval(0.25, 0.2, 0.3), 0.24, None) for arm in ARMS],
    differences=[],
    sentences=[f"With 1,000 labels, {EVIL} lowers the error."],
    reference="mean",
    num_failed=1,
)


class Tags(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def page() -> Tags:
    spec = JobSpec(
        kind="study",
        title=f"Study of {EVIL}",
        collection=EVIL,
        properties=(PropertySpec(name=EVIL, unit=EVIL),),
        versions={"siteloupe": "1.2.3"},
    )
    failures = [as_row(Cell(ARMS[1].text, 50, 0, 0), FAILED, reason=EVIL)]
    parsed = Tags()
    data = [("structures and values", "abc123"), (f"model {EVIL}", "def456")]
    plot = "<?xml?><svg></svg>"
    parsed.feed(html_report(spec, StudySettings(), ARMS, RESULTS, failures, EVIL, plot, data))
    return parsed


def test_text_of_the_user_is_never_a_tag():
    assert "script" not in page().tags
    assert "svg" in page().tags


def test_the_report_has_settings_data_and_versions():
    text = page().text
    for words in ("abc123", "1.2.3", "0.25", "0.2 to 0.3", "1,000"):
        assert words in text
    for field in setting_fields(StudySettings):
        assert field.key in text


def test_cells_that_failed_are_listed_with_their_reason():
    assert "Cells that failed" in page().text
