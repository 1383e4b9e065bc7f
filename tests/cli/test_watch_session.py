"""A long session beside `watch`: edits at both ends, in lists and a vault, with disturbances."""

from __future__ import annotations

import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.conftest import Zoterodigest
from tests.cli.test_watch import PACE, at_rest, comes, watched
from tests.sync.world import World
from zoterodigest.library.connect import embedded
from zoterodigest.library.embedded.embedded import EmbeddedLibrary

KEY = "a-key-of-the-session"
MOST_OPEN = 14
CONFIGURATION = """\
library = "http://127.0.0.1:{port}/users/1"
[[digest]]
path = "lists/*.md"
when_dropped = "trash"
[[digest]]
path = "Papers/*.md"
entry = "file"
[sync]
hold = {hold}
"""
ENTRY = """\
> **{title}**
> *CVPR 2025*, [arxiv](https://arxiv.org/abs/{arxiv})
> Task: {task}
>
> - What it does, in {summary}.
> - What it leaves.

"""
NOTE = """\
---
title: {title}
arxiv: "{arxiv}"
---
# {title}

It shows {summary}.

A second paragraph of {title}.
"""
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "jetty")


@dataclass(frozen=True)
class Place:
    """A text that is edited at both ends: in a file, and in the library."""

    file: str
    title: str
    kind: str

    @property
    def stem(self) -> str:
        """What each of its texts begins with; a number follows."""
        return f"{self.kind}{re.sub('[^a-z0-9]', '', self.title.lower())}x"


class SessionWorld(World):
    """A project whose library a server offers."""

    @property
    def library(self) -> EmbeddedLibrary:
        return embedded(self.root / "server.sqlite")


@dataclass
class Session:
    """What a person and other programs do beside a watcher; `slow` is how long an editor takes."""

    world: SessionWorld
    port: int
    slow: float
    files: int
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    told: dict[Place, tuple[int, str]] = field(default_factory=dict)
    """The number that each text has to have in the end, and which end it was edited at."""
    server: subprocess.Popen[bytes] | None = None
    edits: int = 0

    @property
    def copy(self) -> Path:
        """The conflict copy of a list."""
        return self.world.root / "lists/a.sync-conflict-20260101-101010-ABCDEF.md"

    # --- the start

    def lay_out(self, hold: int) -> None:
        """Write the project: two lists and a vault."""
        root, number = self.world.root, 0
        (root / "lists").mkdir()
        (root / "Papers").mkdir()
        for name in ("a", "b"):
            text = f"# List {name}\n\n"
            for word in WORDS[:8]:
                title, number = f"Reading {word.title()} Signs of {name.upper()}", number + 1
                places = [Place(f"lists/{name}.md", title, kind) for kind in ("task", "summary")]
                self.told |= dict.fromkeys(places, (0, "file"))
                texts = {one.kind: f"{one.stem}0" for one in places}
                text += ENTRY.format(title=title, arxiv=f"2401.{number:05d}", **texts)
            (root / f"lists/{name}.md").write_text(text)
        for count in range(self.files):
            title = f"Note {WORDS[count % 10].title()} on Subject {count}"
            place = Place(f"Papers/{count:03d}.md", title, "note")
            if count < 12:
                self.told[place] = 0, "file"
            text = NOTE.format(title=title, arxiv=f"2402.{count:05d}", summary=f"{place.stem}0")
            (root / place.file).write_text(text)
        self.world.configure(CONFIGURATION.format(port=self.port, hold=hold))

    def serve(self) -> None:
        """Start the server, as a program of its own, and wait until it listens."""
        environment = {
            **os.environ,
            "ZOTERODIGEST_SERVE_KEYS": f"1:{KEY}",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        address = f"embedded:{self.world.root}/server.sqlite"
        command = ["-m", "zoterodigest", "serve", "--port", str(self.port), "--library", address]
        self.server = subprocess.Popen(
            [sys.executable, *command], env=environment, stdout=subprocess.DEVNULL
        )
        comes(self._listens)

    def _listens(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def cut(self) -> None:
        """Let the server be gone."""
        assert self.server is not None
        self.server.kill()
        self.server.wait()

    # --- edits

    def in_file(self, place: Place) -> int:
        """Return the number of a text in its file; -1 if it is not there."""
        return _number(place, (self.world.root / place.file).read_text())

    def in_library(self) -> Callable[[Place], int]:
        """Return what gives the number of a text in the library as it is now."""
        items = self.world.everything().values()
        texts = json.dumps([[one.get("tags"), one.get("note")] for one in items])
        return lambda place: _number(place, texts)

    def edit(self) -> None:
        """Edit a text at one end that the watcher has brought there, if the other end had it last.

        To edit a text at both ends at once would be a conflict.
        """
        place = self.chance.choice(sorted(self.told, key=lambda one: one.stem))
        number, end = self.told[place]
        here, there = self.in_file(place), self.in_library()(place)
        if here == there == number:
            end = self.chance.choice(("file", "library"))
        elif (here if end == "file" else there) != number:
            return
        if end == "library":
            if not self._edit_library(place, number + 1):
                return
        else:
            manner = self.chance.choice((_plain, _by_rename, _by_truncating, _often))
            path = self.world.root / place.file
            text = path.read_text()
            new = text.replace(f"{place.stem}{number}", f"{place.stem}{number + 1}")
            manner(path, text, new, self.slow)
        self.told[place] = number + 1, end
        self.edits += 1

    def _edit_library(self, place: Place, number: int) -> bool:
        old, new = f"{place.stem}{number - 1}", f"{place.stem}{number}"
        try:
            if place.kind == "task":
                tags = [{"tag": it.replace(old, new)} for it in self.world.tags(place.title)]
                self.world.change(self.world.key(place.title), tags=sorted(tags, key=str))
            else:
                self.world.change_note(place.title, lambda html: html.replace(old, new))
        except AssertionError:  # the watcher wrote the same item at this moment: Zotero would retry
            return False
        return True

    # --- what disturbs

    def check_out(self) -> None:
        """Let git check out a branch with other notes in the vault, and come back."""
        papers = sorted((self.world.root / "Papers").glob("*.md"))
        before = {path: path.read_bytes() for path in papers}
        for path, data in before.items():
            path.unlink()
            if path.name[:3].isdecimal() and int(path.name[:3]) % 3:
                path.write_bytes(data.replace(b"second paragraph", b"paragraph of a branch"))
        time.sleep(self.slow)
        for path, data in before.items():
            path.unlink(missing_ok=True)
            path.write_bytes(data)

    def copy_in_conflict(self) -> None:
        """Let a cloud leave a copy of a list as it was."""
        text = (self.world.root / "lists/a.md").read_text()
        self.copy.write_text(re.sub(r"x\d+", "x999", text))

    def lost(self) -> list[str]:
        """Return which edits did not reach the other end."""
        found, in_library = [], self.in_library()
        for place, (number, end) in self.told.items():
            here, there = self.in_file(place), in_library(place)
            if not here == there == number:
                found.append(f"{place} {end} {number}: {here} in the file, {there} in the library")
        return found


def _number(place: Place, text: str) -> int:
    found = re.findall(rf"{place.stem}(\d+)", text)
    return int(found[0]) if found else -1


def _plain(path: Path, old: str, new: str, slow: float) -> None:
    path.write_text(new)


def _by_rename(path: Path, old: str, new: str, slow: float) -> None:
    written = path.with_name(f"{path.name}~")
    written.write_text(new)
    written.replace(path)


def _by_truncating(path: Path, old: str, new: str, slow: float) -> None:
    path.write_text("")
    time.sleep(slow / 4)
    path.write_text(new)


def _often(path: Path, old: str, new: str, slow: float) -> None:
    for part in range(4):
        path.write_text(new[: len(new) * part // 4])
        time.sleep(slow / 4)
    path.write_text(new)


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def play(session: Session, edits: int, pause: float) -> None:
    """Make so many edits with so many seconds between them, disturbed by everything once."""
    swap = session.world.root / "lists/.b.md.swp"
    steps: dict[int, Callable[[], object]] = {
        edits // 8: session.copy_in_conflict,
        edits // 4: session.cut,
        edits // 4 + 4: session.serve,
        edits // 2: session.check_out,
        edits * 5 // 8: swap.touch,
        edits * 5 // 8 + 6: swap.unlink,
        edits * 3 // 4: session.cut,
        edits * 3 // 4 + 1: session.serve,
    }
    while session.edits < edits:
        if step := steps.pop(session.edits, None):
            step()
        # More than twenty changes at once would need a person.
        comes(lambda: len(session.lost()) < MOST_OPEN, 120)
        session.edit()
        time.sleep(pause)


@pytest.mark.deep
def test_no_edit_of_a_long_session_is_lost_and_none_becomes_a_conflict(
    zoterodigest: Zoterodigest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOTERO_API_KEY", KEY)
    session = Session(SessionWorld(tmp_path), free_port(), slow=0.2, files=400)
    session.lay_out(hold=0)
    with ExitStack() as stack:
        session.serve()
        stack.callback(session.cut)
        assert zoterodigest("push", "--yes").code == 0
        items = len(session.world.items())

        with watched(PACE) as watcher:
            play(session, edits=60, pause=0.3)
            comes(lambda: at_rest(watcher) and not session.lost(), 60)

        said = zoterodigest("conflicts", "--json").out.splitlines()
        said = said[said.index("Stopped watching.") + 1 :]
        assert len(session.world.items()) == items
        assert json.loads("".join(said))["conflicts"] == []
        assert zoterodigest("sync").out.endswith("Already up to date.\n")
