"""A command says from its stamp what it would say without, at every moment of a history.

So it does if what is kept for speed is damaged or of another version. By a wrong stamp it may hide
what is to be done. It then writes nothing, and does all of it once the stamp is deleted.
"""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest

from tests.sync.histories.caches import flip_bits
from tests.sync.histories.play import fast_and_alike, history_of, play
from tests.sync.histories.row_ids import ROW_IDS
from tests.sync.histories.stage import STATE, TRACKED, Clone
from zoterodigest.cli.base import stamps
from zoterodigest.cli.main import main
from zoterodigest.library.connect import embedded
from zoterodigest.project import settled
from zoterodigest.project.kept import kept
from zoterodigest.project.settled import UnknownState, keep_stamp, said_before, states_of

COUNT, DEEP_COUNT = 3, 1_000
"""Few: each gives 35 commands after each of its steps, with and without, for a second."""
LOOKING = ("status", "status --check", "status --json", "plan --json", "pull --dry-run")
WRITING = ("sync --yes --offline", "push --yes --offline --json")


@dataclass
class Copies:
    """Copies of clones with a library in a file. What is kept for speed stays in them."""

    folder: Path
    repeated: int = 0
    chance: random.Random = field(init=False)
    """One of its own: what happens in the history is the same without."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.folder.name)

    def look(self, clone: Clone) -> None:
        """Give each command with its stamp and without, over what a clone holds now."""
        here = self.folder / clone.root.name
        self._renew(here, clone)
        names = sorted(path.name for path in here.glob("*.md"))
        self._say_spoiled(here, names, mislead)
        with chdir(here):
            for command in LOOKING:
                # What an earlier moment left may be used, or not; then what this one leaves.
                for _ in range(2):
                    self._say(here, (*command.split(), *names))
            for command in WRITING:
                for _ in range(3):
                    self._say(here, (*command.split(), *names))
        # Now there are stamps that hold.
        self._say_spoiled(here, names, self.chance.choice((damage, renew_version)))

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

    def _say_spoiled(self, here: Path, names: list[str], spoil: Spoil) -> None:
        """Give a command with what is kept in disorder; compare with what it does without."""
        every = [(*command.split(), *names) for command in (*LOOKING, *WRITING)]
        kept = [arguments for arguments in every if stamp_of(here, arguments).exists()]
        arguments = self.chance.choice(kept or every)
        saved, first_id = here.with_name(f"{here.name}-saved"), ROW_IDS.next
        shutil.copytree(here, saved)
        is_misled = spoil(here, arguments, self.chance)
        before, told, after = held_in(here), said_in(here, arguments), held_in(here)
        shutil.rmtree(here)
        saved.rename(here)
        shutil.rmtree(here / STATE / "cache", ignore_errors=True)
        ROW_IDS.next = first_id
        if is_misled:
            assert after == before
        else:
            assert with_ids_in_order(told) == with_ids_in_order(said_in(here, arguments))
            assert with_ids_in_order(after) == with_ids_in_order(held_in(here))

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


def said_in(here: Path, arguments: tuple[str, ...]) -> tuple[int, str, str]:
    with chdir(here):
        return said(arguments)


def held_in(here: Path) -> dict[str, object]:
    """Return what files and library hold, without times and what only this computer knows."""
    files = ((name, here / name) for name in TRACKED)
    items = embedded(here / STATE / "library.sqlite").read().items
    dated = {"dateAdded", "dateModified"}
    return {
        **{name: path.read_bytes() for name, path in files if path.exists()},
        **{one.key: {name: one.data[name] for name in one.data.keys() - dated} for one in items},
    }


def with_ids_in_order(held: object) -> str:
    """Return what is told or held with the ids of links by their order.

    A run that looks at a part, and then at everything, spends more ids for the same new links.
    """
    numbers: dict[str, str] = {}
    return re.sub(
        r"\b\d{10}\b", lambda one: numbers.setdefault(one[0], f"{len(numbers)}"), repr(held)
    )


# --- what may be with the stamps


Spoil = Callable[[Path, tuple[str, ...], random.Random], bool]
"""Does something to what is kept for a command; tells whether that says now what isn't so."""


def stamp_of(here: Path, arguments: tuple[str, ...]) -> Path:
    with chdir(here), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        request = stamps.request_of(arguments)
    return here / STATE / "cache" / f"settled-{request and request.key}"


def damage(here: Path, arguments: tuple[str, ...], chance: random.Random) -> bool:
    for path in sorted((here / STATE / "cache").glob("*")):
        flip_bits(path, chance)
    return False


def renew_version(here: Path, arguments: tuple[str, ...], chance: random.Random) -> bool:
    """Have all stamps be of another version, and all else be as that version left it."""
    for path in sorted((here / STATE / "cache").glob("settled-*")):
        path.rename(path.with_name(f"settled-{chance.randrange(16**32):032x}"))
    return False


def mislead(here: Path, arguments: tuple[str, ...], chance: random.Random) -> bool:
    """Have a stamp of an earlier moment hold for what stands now."""
    name = stamp_of(here, arguments).name
    if (data := kept(here / STATE, name)) is None:
        return False
    stamp = settled._parsed(data)
    try:
        with chdir(here):
            states = states_of(fact for fact, _ in stamp.states)
    except UnknownState:
        return False
    keep_stamp(here / STATE, name.removeprefix("settled-"), stamp._replace(states=states))
    return True


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
