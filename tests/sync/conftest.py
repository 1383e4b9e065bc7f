"""A world for scenarios, projects that are copied; what they read twice is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.copies import WAYS, Mover, to_embedded
from tests.sync.remembered import remembering
from tests.sync.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(params=WAYS)
def mover(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mover]:
    """A project that goes to another library, each way."""
    with WAYS[request.param](tmp_path) as mover:
        yield mover


@pytest.fixture
def aside(tmp_path: Path) -> Iterator[Mover]:
    """A project that goes to another embedded library."""
    with to_embedded(tmp_path) as mover:
        yield mover


@pytest.fixture(autouse=True, scope="module")
def _remembering() -> Iterator[None]:
    with remembering():
        yield
