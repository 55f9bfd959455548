import os
import socket

import pytest


def test_another_machine_cannot_be_reached():
    # 192.0.2.0/24 is reserved for documentation: nothing answers there.
    with socket.socket() as client, pytest.raises(AssertionError, match=r"connection to 192\.0\.2\.1"):
        client.connect(("192.0.2.1", 80))


def test_names_of_other_machines_are_not_looked_up():
    with pytest.raises(AssertionError, match="name lookup"):
        socket.getaddrinfo("crystals.example", 443)


def test_this_machine_can_be_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_numeric_libraries_are_told_to_use_few_threads():
    assert 1 <= int(os.environ["OMP_NUM_THREADS"]) <= 2
