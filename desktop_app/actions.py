"""Every command of the window, in one table: its words, its key, its picture.

Menus, buttons and panels use the same QAction, so that a command is enabled, named and explained once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from desktop_app.look.icons import draw_icon
from desktop_app.look.plain_text import as_written
from desktop_app.look.theme import present_inks


@dataclass(frozen=True)
class Command:
    """One command; `tip` says in a sentence what it does."""

    name: str
    text: str
    tip: str
    shortcut: str = ""
    icon: str = ""
    checkable: bool = False


COMMANDS = (
    Command("new_project", "New project…", "Make an empty project in a new folder.", "Ctrl+N", "new"),
    Command("open_project", "Open project…", "Open a project folder.", "Ctrl+O", "open"),
    Command(
        "open_sample",
        "Open sample project",
        "Make a copy of the built-in project: well-known crystals with measured band gaps.",
        "Ctrl+Shift+O",
        "sample",
    ),
    Command("save_copy", "Save a copy…", "Copy the whole project into another folder."),
    Command("close_project", "Close project", "Go back to the welcome page; runs go on.", "Ctrl+W"),
    Command("quit", "Quit", "Close the window; you are asked about running jobs.", "Ctrl+Q"),
    Command("import_folder", "Import folder…", "Read all structures of a folder.", "Ctrl+I", "import"),
    Command("import_files", "Import files…", "Read single files, or archives.", "Ctrl+Shift+I", "import"),
    Command(
        "import_labels",
        "Import measured values…",
        "Read a table of measured values and attach them to the structures by name.",
        "Ctrl+L",
        "labels",
    ),
    Command("take_values", "Values from the files…", "Make a property of numbers beside the structures."),
    Command("import_keep", "Import disorder as it is", "Keep shared sites with occupancies.", checkable=True),
    Command("import_majority", "Import the majority", "Give shared sites to one element.", checkable=True),
    Command("import_enumerate", "Import ordered cells", "Make ordered approximations.", checkable=True),
    Command("import_skip", "Import no disorder", "Leave disordered structures out.", checkable=True),
    Command("open_trajectory", "Open trajectory…", "Look at the frames of a simulation."),
    Command(
        "open_sample_trajectory",
        "Open the sample trajectory",
        "Look at argon that condenses and crystallises.",
    ),
    Command("show_report", "Import report", "Show what was not read, what has remarks, and why.", "Ctrl+R"),
    Command("undo", "Undo", "Take the last change of the library back.", "Ctrl+Z"),
    Command("redo", "Redo", "Make the change again that was undone.", "Ctrl+Shift+Z"),
    Command("find_structures", "Find structures", "Type what names or formulas have in them.", "Ctrl+F"),
    Command("rename_structure", "Rename…", "Give the selected structure another name.", "F2"),
    Command("tag_structures", "Tag…", "Mark the selected structures with a word.", "Ctrl+T"),
    Command("untag_structures", "Remove tag…", "Take a word off the selected structures."),
    Command("add_to_collection", "Add to collection…", "Also to a new one, by its name.", "Ctrl+G"),
    Command("remove_from_collection", "Remove from this collection", "The structures stay in the library."),
    Command("delete_structures", "Delete", "Hide the selected structures; this can be undone.", "Del"),
    Command("restore_structures", "Restore", "Bring deleted structures back (see Filter)."),
    Command("edit_value", "Edit value…", "Type a measured value of the selected structure.", "Ctrl+E"),
    Command("rename_property", "Rename property…", "Give a measured property another name."),
    Command("rename_collection", "Rename collection…", "Give the shown collection another name."),
    Command("delete_collection", "Delete collection", "The structures of the shown collection stay."),
    Command("restore_collection", "Restore collection…", "Bring a deleted collection back."),
    Command("disorder_keep", "Disorder: keep", "Learn shared sites by their occupancies."),
    Command("disorder_majority", "Disorder: majority", "Give each shared site to its main element."),
    Command("disorder_enumerate", "Disorder: enumerate", "Make a few ordered approximations."),
    Command("export_cif_as_imported", "Export files as imported…", "Write the files that were read."),
    Command("export_cif", "Export as CIF…", "Write one plain CIF per structure into a folder."),
    Command("export_csv", "Export as CSV…", "Write names, values and facts as one table."),
    Command("export_jsonl", "Export as JSON lines…", "Write structures and values, one per line."),
    Command("export_extxyz", "Export as extended XYZ…", "Write ordered structures as one file."),
    Command("next_structure", "Next structure", "Go down the table of structures.", "]"),
    Command("previous_structure", "Previous structure", "Go up the table of structures.", "["),
    Command("style_sticks", "Ball and stick", "Draw the crystal with bonds between balls.", checkable=True),
    Command("style_filled", "Space-filling", "Draw the atoms as large as they are.", checkable=True),
    Command("style_polyhedra", "Polyhedra", "Draw what surrounds the cations as solids.", checkable=True),
    Command("name_atoms", "Names of atoms", "Write the name of its site on each atom.", checkable=True),
    Command("measure_atoms", "Measure", "Click atoms for distances and angles.", checkable=True),
    Command("look_corner", "Standard view", "Look at the cell from its corner.", "0", "home"),
    Command("look_a", "Along a", "Look along the lattice vector a.", "Shift+A", "axis_a"),
    Command("look_b", "Along b", "Look along the lattice vector b.", "Shift+B", "axis_b"),
    Command("look_c", "Along c", "Look along the lattice vector c.", "Shift+C", "axis_c"),
    Command(
        "set_up_pretraining", "Pretrain…", "Set up a run that learns from structures alone.", "Ctrl+Shift+P"
    ),
    Command(
        "set_up_finetuning", "Fine-tune…", "Set up a run that learns a measured property.", "Ctrl+Shift+F"
    ),
    Command("start_run", "Start training", "Start the run that the form describes.", "Ctrl+Return", "start"),
    Command("copy_command", "Copy as command", "Copy the line that starts this run in a terminal."),
    Command(
        "stop_run",
        "Stop and keep",
        "Finish the present batch, save the state and end; the run can be resumed.",
        "Ctrl+.",
        "stop",
    ),
    Command("resume_run", "Resume", "Go on from the last saved state.", "Ctrl+Shift+R", "resume"),
    Command("finetune_from_run", "Fine-tune from this", "Set up a fine-tuning that starts from the run."),
    Command(
        "discard_run",
        "Discard",
        "Stop the run if it is at work, and put it into the bin of the project; it can be taken back.",
    ),
    Command("take_back_run", "Take back a run…", "Bring a discarded run back."),
    Command("predict_collection", "Predict…", "Predict the shown collection by a model.", "Ctrl+Shift+D"),
    Command("queue_sooner", "Start sooner", "Let the selected run start before the one it waits for."),
    Command("queue_later", "Start later", "Let the next waiting run start before the selected one."),
    Command("queue_remove", "Do not start", "Take the selected run out of the queue; it is kept."),
    Command("runs_at_once", "Runs at once…", "Choose how many runs may be at work; the others wait."),
    Command(
        "give_way",
        "Background work gives way",
        "Let runs and imports leave the processor to programs in front; alone they are as fast as ever.",
        checkable=True,
    ),
    Command("save_report", "Save report…", "Write settings, curves and results of the run into a folder."),
    Command("open_run_folder", "Open run folder", "Show the files of the selected run.", "", "open"),
    Command("show_structures", "Structures", "Go to the structures.", "Alt+1", "structures"),
    Command("show_train", "Train", "Go to the training form.", "Alt+2", "train"),
    Command("show_runs", "Runs", "Go to the runs and their curves.", "Alt+3", "runs"),
    Command("show_predictions", "Predictions", "Go to the predictions.", "Alt+4", "predictions"),
    Command("show_attention", "Attention", "Go to the attention of sites.", "Alt+5", "attention"),
    Command("show_map", "Map", "Go to the map of embeddings.", "Alt+6", "map"),
    Command("show_study", "Study", "Go to the studies and their learning curves.", "Alt+8", "study"),
    Command("show_trajectory", "Trajectory", "Go to the frames of a trajectory.", "Alt+9", "trajectory"),
    Command("show_statistics", "Statistics…", "Show how values and elements are distributed.", "Ctrl+H"),
    Command("show_compositions", "Compositions…", "Show rows of tables that have no structure."),
    Command("show_duplicates", "Duplicates…", "Show what is in the library twice, to merge it."),
    Command("show_log", "Messages", "Show all messages of this sitting.", "Alt+7", "log"),
    Command("reset_layout", "Reset layout", "Put all panels back where they belong."),
    Command("theme_system", "As the system", "Light or dark as the system is.", checkable=True),
    Command("theme_light", "Light", "Dark words on light ground.", checkable=True),
    Command("theme_dark", "Dark", "Light words on dark ground.", checkable=True),
    Command("text_larger", "Larger text", "Make all words larger, a step at a time.", "Ctrl++"),
    Command("text_smaller", "Smaller text", "Make all words smaller, a step at a time.", "Ctrl+-"),
    Command("text_usual", "Usual text", "Make all words as large as the system has them.", "Ctrl+0"),
    Command("take_tour", "Take the tour", "Be led through the window in seven short stops."),
    Command("show_palette", "Find a command…", "Type what you want to do.", "Ctrl+K"),
    Command("show_shortcuts", "Keyboard shortcuts", "List all keys.", "F1"),
    Command("open_log_folder", "Open log folder", "Show the folder with the program's log file."),
    Command("copy_report", "Copy problem report", "Copy versions, messages and the log; paths are masked."),
    Command("about", "About Siteloupe", "Version and licences."),
)

# How the next imports treat disorder; one is chosen.
DISORDER_MENU = ("import_keep", "import_majority", "import_enumerate", "import_skip")

# What can be done with the selected structures; also the menu of the right mouse button.
STRUCTURE_MENU = (
    "rename_structure",
    "edit_value",
    "tag_structures",
    "untag_structures",
    "add_to_collection",
    "remove_from_collection",
    "",
    "disorder_keep",
    "disorder_majority",
    "disorder_enumerate",
    "",
    "export_cif_as_imported",
    "export_cif",
    "export_csv",
    "export_jsonl",
    "export_extxyz",
    "",
    "delete_structures",
    "restore_structures",
)

MENUS: Mapping[str, tuple[str, ...]] = {
    "&Project": (
        "new_project",
        "open_project",
        "open_sample",
        "recent",
        "",
        "import_folder",
        "import_files",
        "import_labels",
        "take_values",
        "",
        "open_trajectory",
        "open_sample_trajectory",
        "",
        *DISORDER_MENU,
        "",
        "show_report",
        "",
        "save_copy",
        "close_project",
        "quit",
    ),
    "&Edit": (
        "undo",
        "redo",
        "",
        "find_structures",
        "",
        *STRUCTURE_MENU,
        "",
        "rename_collection",
        "delete_collection",
        "restore_collection",
        "rename_property",
    ),
    "&Run": (
        "set_up_pretraining",
        "set_up_finetuning",
        "predict_collection",
        "",
        "start_run",
        "copy_command",
        "stop_run",
        "resume_run",
        "finetune_from_run",
        "discard_run",
        "take_back_run",
        "",
        "queue_sooner",
        "queue_later",
        "queue_remove",
        "runs_at_once",
        "give_way",
        "",
        "save_report",
        "open_run_folder",
    ),
    "&View": (
        "show_structures",
        "show_train",
        "show_runs",
        "show_predictions",
        "show_attention",
        "show_map",
        "show_study",
        "show_trajectory",
        "show_log",
        "",
        "show_statistics",
        "show_duplicates",
        "show_compositions",
        "",
        "theme_system",
        "theme_light",
        "theme_dark",
        "",
        "text_larger",
        "text_smaller",
        "text_usual",
        "",
        "reset_layout",
    ),
    "&Crystal": (
        "next_structure",
        "previous_structure",
        "",
        "style_sticks",
        "style_filled",
        "style_polyhedra",
        "",
        "name_atoms",
        "measure_atoms",
        "",
        "look_corner",
        "look_a",
        "look_b",
        "look_c",
    ),
    "&Help": ("take_tour", "show_palette", "show_shortcuts", "open_log_folder", "copy_report", "about"),
}


class Actions:
    """The QActions of a window, by the name of their command."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._actions = {command.name: self._make(command) for command in COMMANDS}
        self.redraw_icons()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def allow(self, name: str, obstacle: str = "") -> None:
        """Enable a command, or let its tooltip say what stands in its way."""
        action = self._actions[name]
        action.setEnabled(not obstacle)
        action.setToolTip(as_written(obstacle) or _tooltip(action))

    def redraw_icons(self) -> None:
        """Draw the pictures in the colours of the present theme."""
        color = present_inks().text
        for command in COMMANDS:
            if command.icon:
                self._actions[command.name].setIcon(draw_icon(command.icon, color))

    def _make(self, command: Command) -> QAction:
        action = QAction(command.text, self._window)
        action.setObjectName(command.name)
        action.setCheckable(command.checkable)
        action.setStatusTip(command.tip)
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        action.setToolTip(_tooltip(action))
        self._window.addAction(action)
        return action


def _tooltip(action: QAction) -> str:
    """What a command does, and its keys."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return f"{action.statusTip()} ({keys})" if keys else action.statusTip()
