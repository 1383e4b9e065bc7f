"""A command says from its stamp what it would say without, at every moment of a history."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from tests.sync.histories.play import fast_and_alike, history_of, play
from tests.sync.histories.stage import STATE, Clone
from zoterodigest.cli.base import stamps
from zoterodigest.cli.main import main
from zoterodigest.project.settled import said_before

COUNT, DEEP_COUNT = 6, 1_000
LOOKING = ("status", "status --check", "status --json", "plan --json", "pull --dry-run")
WRITING = ("sync --yes --offline", "push --yes --offline --json")


@dataclass
class Copies:
    """Copies of clones with a library in a file. What is kept for speed stays in them."""

    folder: Path
    repeated: int = 0

    def look(self, clone: Clone) -> None:
        """Give each command with its stamp and without, over what a clone holds now."""
        here = self.folder / clone.root.name
        self._renew(here, clone)
        names = sorted(path.name for path in here.glob("*.md"))
        with chdir(here):
            for command in LOOKING:
                # What an earlier moment left may be used, or not; then what this one leaves.
                for _ in range(2):
                    self._say(here, (*command.split(), *names))
            for command in WRITING:
                for _ in range(3):
                    self._say(here, (*command.split(), *names))

    def _say(self, here: Path, arguments: tuple[str, ...]) -> None:
        """Give a command; if it has a stamp, compare with what it says without."""
        if not has_stamp(arguments):
            said(arguments)
            return
        self.repeated += 1
        before, with_stamp = files_in(here), said(arguments)
        with without_stamps(here):
            assert said(arguments) == with_stamp
        assert files_in(here) == before

    def _renew(self, here: Path, clone: Clone) -> None:
        kept = here.with_name(f"{here.name}-cache")
        if (here / STATE / "cache").exists():
            (here / STATE / "cache").rename(kept)
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(clone.root, here)
        (here / STATE).mkdir(exist_ok=True)
        if kept.exists():
            shutil.rmtree(here / STATE / "cache", ignore_errors=True)
            kept.rename(here / STATE / "cache")
        with (
            clone.library._database.reading() as memory,
            closing(sqlite3.connect(here / STATE / "library.sqlite")) as file,
        ):
            memory.backup(file)


def has_stamp(arguments: tuple[str, ...]) -> bool:
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        request = stamps.request_of(arguments)
    return (
        request is not None
        and said_before(request.folder, request.key, stamps.token_at) is not None
    )


def said(arguments: tuple[str, ...]) -> tuple[int, str, str]:
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


def files_in(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "cache")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@contextmanager
def without_stamps(here: Path) -> Iterator[None]:
    cache, aside = here / STATE / "cache", here / STATE / "cache-aside"
    if cache.exists():
        cache.rename(aside)
    try:
        yield
    finally:
        shutil.rmtree(cache, ignore_errors=True)
        if aside.exists():
            aside.rename(cache)


def require_same(seeds: range) -> int:
    """Play the histories of seeds; return how often a stamp was used."""
    used = 0
    with fast_and_alike() as room:
        for seed in seeds:
            copies = Copies(room / f"copies-{seed}")
            copies.folder.mkdir()
            assert play(history_of(seed), room, copies.look) is None, seed
            used += copies.repeated
    return used


def test_a_command_says_from_its_stamp_what_it_says_without() -> None:
    assert require_same(range(COUNT)) > 3 * COUNT


@pytest.mark.deep
@pytest.mark.parametrize("chunk", range(8))
def test_commands_of_many_histories_say_the_same_from_their_stamps(chunk: int) -> None:
    first = COUNT + chunk * DEEP_COUNT // 8

    assert require_same(range(first, first + DEEP_COUNT // 8)) > DEEP_COUNT // 8
