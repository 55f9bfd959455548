"""Errors tell what happened and what to do."""

import inspect

import pytest

from core import errors
from core.errors import CoreError, DiskFull, SettingError, UnknownChoice


def test_an_error_reads_as_message_and_hint():
    error = CoreError("The file is empty.", "Export it again.")
    assert (error.message, error.hint) == ("The file is empty.", "Export it again.")
    assert str(error) == "The file is empty. Export it again."


def test_an_error_without_hint_ends_with_its_message():
    assert str(CoreError("The file is empty.")) == "The file is empty."


def test_every_error_of_the_engine_can_be_caught_as_one():
    own = [
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == "core.errors"
    ]
    assert len(own) > 5
    assert all(issubclass(kind, CoreError) for kind in own)


@pytest.mark.parametrize("given", ["sitenet", "Site_Net", "site-net"])
def test_an_unknown_name_gets_the_nearest_one_proposed(given: str):
    error = UnknownChoice("encoder", given, ["site_net", "cgcnn"])
    assert error.message == f"Unknown encoder '{given}'."
    assert "Did you mean 'site_net'?" in error.hint
    assert "Available: cgcnn, site_net." in error.hint


def test_capital_letters_do_not_hide_the_nearest_name():
    assert "Did you mean 'DOI'?" in UnknownChoice("column", "doi", ["DOI", "family"]).hint


def test_a_name_like_no_other_gets_no_proposal():
    assert UnknownChoice("encoder", "zzz", ["site_net"]).hint == "Available: site_net."


def test_an_unknown_name_among_none_says_so():
    assert UnknownChoice("property", "gap", []).hint == "Available: none yet."


def test_an_unknown_choice_counts_as_a_wrong_setting():
    assert issubclass(UnknownChoice, SettingError)


def test_a_full_disk_names_the_file_and_promises_the_rest():
    error = DiskFull("project.db")
    assert "project.db" in error.message
    assert "saved before is intact" in error.hint
