"""Data blocks come out of files as the world has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.structures.cif.syntax import parse_cif

GOOD = "data_a\n_cell_length_a 5.0\n"


def test_a_clean_file_gives_its_blocks_without_remarks():
    blocks, faults = parse_cif(b"data_a\n_x 1\ndata_b\n_x 2\n")
    assert [block.content.name for block in blocks] == ["a", "b"]
    assert [block.flags for block in blocks] == [(), ()]
    assert faults == []


@pytest.mark.parametrize(
    "source",
    [
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.encode() + b"\x1a",
        b"# Universit\xe9\n" + GOOD.encode(),
        b"DATA_a\n_CELL_Length_A 5.0\n",
    ],
)
def test_the_odd_bytes_of_old_files_do_no_harm(source: bytes):
    blocks, faults = parse_cif(source)
    assert faults == []
    assert blocks[0].content.find_value("_cell_length_a") == "5.0"
    assert blocks[0].flags == ()


def test_of_a_name_given_twice_the_first_value_counts_and_is_flagged_with_its_line():
    blocks, faults = parse_cif(b"data_a\n_x 1\n_x 2\n")
    assert faults == []
    assert blocks[0].content.find_value("_x") == "1"
    (flag,) = blocks[0].flags
    assert flag.code == "repaired_file"
    assert flag.message.startswith("Line 3:")


def test_a_file_without_data_line_is_one_block_with_a_flag():
    blocks, faults = parse_cif(b"_cell_length_a 5.0\n")
    assert faults == []
    assert blocks[0].content.find_value("_cell_length_a") == "5.0"
    assert [flag.code for flag in blocks[0].flags] == ["repaired_file"]


def test_words_before_the_first_block_are_passed_over_with_a_flag():
    blocks, faults = parse_cif(b"Dear editor,\nplease find\ndata_a\n_x 1\n")
    assert faults == []
    (flag,) = blocks[0].flags
    assert "2 lines" in flag.message


def test_one_broken_block_leaves_the_others_readable_and_names_the_line_of_its_loop():
    blocks, faults = parse_cif(b"data_a\n_x 1\ndata_b\nloop_\n_y\n_z\n1 2 3\ndata_c\n_x 3\n")
    assert [block.content.name for block in blocks] == ["a", "c"]
    (fault,) = faults
    assert (fault.block, fault.line) == ("b", 4)
    assert "values in loop" in fault.problem


def test_blocks_outlive_the_document_they_were_parsed_from():
    kept = [parse_cif(f"data_{k}\n_x {k}\n".encode())[0][0] for k in range(200)]
    assert [block.content.find_value("_x") for block in kept] == [str(k) for k in range(200)]


@given(source=st.binary(max_size=200))
def test_any_bytes_are_taken_without_an_exception(source: bytes):
    blocks, faults = parse_cif(b"data_a\n_x 1\n" + source)
    assert len(blocks) + len(faults) >= 1
