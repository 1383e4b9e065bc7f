"""What every test runs under: Hypothesis profiles, and no network beyond this machine."""

from __future__ import annotations

import gc
import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from typer.main import get_command

from tests.golden_files import GoldenFiles

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=30, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("deep", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile("dev")

MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30


def _work_in_memory() -> None:
    """Put temporary folders into memory if it has room, unless TMPDIR names another place.

    Nearly every write of the program waits for the disk (fsync, 2 ms measured), and no test needs
    that wait: a test that loses power loses what was not synced by its own count.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


_work_in_memory()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to write golden files anew."""
    parser.addoption("--update-golden", action="store_true", help="write golden files anew")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> GoldenFiles:
    """Golden files to compare with, or to write anew."""
    return GoldenFiles(bool(request.config.getoption("--update-golden")))


# What `socket.connect` takes: its shape belongs to the address family.
Address = Any
Result = TypeVar("Result")


class BeyondThisMachine(OSError):
    """A test wanted to talk to another machine."""


def pytest_collection_finish() -> None:
    """Look rarely for cycles among what tests make: what was imported and collected stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


@pytest.fixture(autouse=True, scope="session")
def _offline() -> Iterator[None]:
    """Look nothing up, in programs that tests start either, where a test does not ask for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZOTERODIGEST_OFFLINE", "1")
        yield


@pytest.fixture(autouse=True, scope="session")
def _commands_made_once() -> Iterator[None]:
    """Keep the commands that typer makes of the program: to make them takes as long as most runs.

    A program is run once in its process, so it has no use for that.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.main.get_command", cache(get_command))
        yield


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Refuse every connection but those to this machine, unless a library elsewhere is tested."""
    if os.environ.get("ZOTERODIGEST_TEST_LIBRARY"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
        yield


def _guarded(
    connect: Callable[[socket.socket, Address], Result],
) -> Callable[[socket.socket, Address], Result]:
    def connect_here(self: socket.socket, address: Address) -> Result:
        if not _is_here(self.family, address):
            raise BeyondThisMachine(f"tests do not connect to {address!r}")
        return connect(self, address)

    return connect_here


def _is_here(family: int, address: Address) -> bool:
    if family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host = str(address[0])
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
