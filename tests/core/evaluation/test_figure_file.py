from pathlib import Path

from matplotlib.figure import Figure

from core.evaluation.figure_file import save_figure


def test_the_suffix_is_the_format_and_no_date_is_in_it(tmp_path: Path):
    figure = Figure()
    figure.text(0.5, 0.5, "bonds")
    for suffix in ("svg", "png"):
        save_figure(figure, tmp_path / f"figure.{suffix}")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
    text = (tmp_path / "figure.svg").read_text()
    assert "<svg" in text
    assert "dc:date" not in text
