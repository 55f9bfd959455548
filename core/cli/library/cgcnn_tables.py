"""The tables of values that lie in CGCNN folders, which are read with the folders."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from core.structures.labels.cgcnn_folder import CgcnnFolder, find_cgcnn_folder
from core.structures.labels.table import LabelColumn, TableMapping

TARGET = "target"  # the first value of a row


def cgcnn_folders(paths: Iterable[Path]) -> list[CgcnnFolder]:
    """Those of the paths that are folders as CGCNN reads them."""
    found = (find_cgcnn_folder(path) for path in paths)
    return [folder for folder in found if folder is not None]


def cgcnn_mapping(folder: CgcnnFolder, wanted: TableMapping) -> TableMapping:
    """What to read from a folder's table: the wanted columns or, without any, all under their own titles."""
    id_title, *titles = folder.titles
    columns = wanted.columns or tuple(LabelColumn(name=title, column=title) for title in titles)
    return replace(wanted, id_column=id_title, columns=columns)
