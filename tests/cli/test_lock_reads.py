"""A command reads the lock file once, however many of its parts need it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest, a_digest
from zoterodigest.project.lock import lock

FIRST = a_digest(("Attention Is All You Need", "1706.03762"))
SECOND = a_digest(("Denoising Diffusion Models", "2006.11239"))
CONFIG = '[[digest]]\npath = "*.md"\n'


def readings(zoterodigest: Zoterodigest, *arguments: str) -> int:
    """Run a command and return how many texts of lock files were read in it."""
    count = 0

    def counted(frame: object, event: str, _: object) -> None:
        nonlocal count
        count += event == "call" and getattr(frame, "f_code", None) is lock._read_text.__code__

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        ran = zoterodigest(*arguments)
    finally:
        sys.setprofile(before)
    assert ran.code == 0, ran
    return count


@pytest.mark.parametrize("config", ["", CONFIG])
@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("plan",),
        ("sync", "--yes"),
        ("push", "--yes", "one.md"),
        ("plan", "one.md"),
        ("undo", "--yes"),
    ],
)
def test_the_lock_file_is_read_once(
    zoterodigest: Zoterodigest, tmp_path: Path, arguments: tuple[str, ...], config: str
) -> None:
    if config:
        (tmp_path / "zoterodigest.toml").write_text(config)
    (tmp_path / "one.md").write_text(FIRST)
    (tmp_path / "two.md").write_text(SECOND)
    zoterodigest("sync", "--yes", "one.md", "two.md")
    (tmp_path / "one.md").write_text(FIRST.replace("What it does", "What it does well"))

    assert readings(zoterodigest, *arguments) == 1
