"""What recordings need: the runner of the command line, in a folder whose path is short."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.conftest import zoterodigest as zoterodigest


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder whose path is as long in every run, as messages are wrapped around it."""
    with TemporaryDirectory(prefix="zd-") as folder:
        path = Path(folder).resolve() / "project"
        path.mkdir()
        yield path
