"""The short tour: where it stops, and what it says there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TourStop:
    """One stop: the part of the window by its name, the command that shows it, and what it is for."""

    target: str
    command: str
    title: str
    words: str


TOUR = (
    TourStop(
        "strip",
        "show_structures",
        "The way, step by step",
        "This line always says what comes next. Each step is a button that leads there.",
    ),
    TourStop(
        "structures",
        "show_structures",
        "Structures and measured values",
        "Import a folder of CIF files, disordered ones too, then a table of measured values. Files can be "
        "dropped on the window too. A row chosen here is chosen everywhere.",
    ),
    TourStop(
        "crystal",
        "show_structures",
        "The crystal",
        "Turn it with the left button, zoom with the wheel. Shared sites show their occupancies; a click on "
        "an atom selects its site in all panels.",
    ),
    TourStop(
        "train",
        "set_up_finetuning",
        "Training",
        "Pretrain on structures alone, then fine-tune on the few that are measured, from your own model or "
        "from a shipped one. Every setting explains itself when the mouse rests on it.",
    ),
    TourStop(
        "runs",
        "show_runs",
        "Runs",
        "Training goes on in a process of its own, also when the window is closed. Watch the curves, stop "
        "and keep, resume; further runs wait in a queue.",
    ),
    TourStop(
        "predictions",
        "show_predictions",
        "Predictions",
        "Predicted against measured, with intervals, beside simple baselines. New files dropped on the "
        "window are predicted at once.",
    ),
    TourStop(
        "attention",
        "show_attention",
        "Attention and map",
        "See site by site what the model attends to, and in the map which crystals it takes for alike. "
        "Ctrl+K finds every command by its words. That is all: import your own structures.",
    ),
)
