"""Plays a scenario: real files, a real library, the program in this process; returns the recording.

Randomness is drawn from a fixed seed, so that two ids are never alike by chance. What is recorded
must not depend on the seed: `names.py` and `looking.py` see to that.
"""

from __future__ import annotations

import errno
import json
import random
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, assert_never

import pytest

from tests.cli.conftest import Ran, Zoterodigest
from tests.cli.keyrings import KeyringInMemory, installed
from tests.library.desktop import a_desktop
from tests.library.web import KEY, Server, a_server
from tests.lookup.site import serving
from tests.recordings import looking
from tests.recordings.names import with_names
from tests.recordings.scenario import (
    EMBEDDED,
    Edit,
    InNote,
    InZotero,
    Meanwhile,
    NewItem,
    Run,
    Scenario,
    Step,
    Where,
    Writable,
    Write,
    WriteProtected,
)
from zoterodigest.library.connect import connect
from zoterodigest.library.port import Library, LibraryItem, Unchanged, Written
from zoterodigest.library.server.messages import Request, Response

SEED = "zoterodigest"
_ASKED = re.compile(r"\{(\w+)(?::([^}]*))?\}")
_LISTED_ID = re.compile(r"^ {2}(?: {2})?([a-z2-9]{4,10})  \S", re.MULTILINE)
_ROW = re.compile(r"^zd-[a-z2-9]{10}", re.MULTILINE)


@dataclass(slots=True)
class World:
    """Where a scenario is played; `server` is there if the library is one over HTTP."""

    scenario: Scenario
    folder: Path
    zoterodigest: Zoterodigest
    remote: Library | None = None
    server: Server | None = None
    protected: set[str] = field(default_factory=set)
    listed: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)
    addresses: Mapping[str, str] = field(default_factory=dict)

    def look(self) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
        """Return the files and the objects of all libraries as they are."""
        files = looking.files_in(self.folder)
        objects: dict[str, dict[str, Any]] = {}
        for library in self.libraries():
            objects |= looking.objects_in(library)
        self.kinds |= {key: looking.kind_of(data) for key, data in objects.items()}
        self.rows |= set(_ROW.findall(files.get("zoterodigest.lock", "")))
        return files, objects

    def filled(self, text: str) -> str:
        """Return a file's text with the addresses that it asks for."""
        for name, address in self.addresses.items():
            text = text.replace(name, address)
        return text

    def libraries(self) -> Iterator[Library]:
        """Yield the libraries of the scenario that are there."""
        if self.remote is not None:
            yield self.remote
        for path in self.scenario.libraries:
            if (self.folder / path).exists():
                with connect(f"embedded:{path}", base=self.folder) as library:
                    yield library

    @contextmanager
    def library(self) -> Iterator[Library]:
        """Give the library that a person edits."""
        if self.remote is not None:
            yield self.remote
            return
        (self.folder / EMBEDDED).parent.mkdir(exist_ok=True)
        with connect(f"embedded:{EMBEDDED}", base=self.folder) as library:
            yield library

    def write(self, item: LibraryItem) -> None:
        """Write into the library as a person does."""
        with self.library() as library:
            (outcome,) = library.write([item])
        assert isinstance(outcome, Written | Unchanged), outcome

    def item(self, title: str) -> LibraryItem:
        """Return the live item with this title."""
        with self.library() as library:
            items = library.read().items
        (found,) = (one for one in items if one.data.get("title") == title and not one.is_trashed)
        return found

    def note_of(self, title: str) -> LibraryItem:
        """Return the first note of the item with this title."""
        parent = self.item(title).key
        with self.library() as library:
            return next(
                one
                for one in library.read().items
                if one.data.get("parentItem") == parent and one.data["itemType"] == "note"
            )


def play(scenario: Scenario, folder: Path, zoterodigest: Zoterodigest) -> str:
    """Play a scenario in an empty folder and return its recording."""
    with ExitStack() as stack:
        world = _made(scenario, folder, zoterodigest, stack)
        for step in scenario.given:
            _do(world, step)
        blocks = [f"# {scenario.about}", *(_recorded(world, step) for step in scenario.steps)]
        blocks.append(_run(world, "log --json").out.rstrip("\n"))
    text = "\n\n".join(blocks[:-1]) + f"\n\nlog --json:\n{_indented(blocks[-1])}\n"
    return with_names(
        text,
        kinds=world.kinds,
        rows=world.rows,
        given=repr(scenario),
        folder=str(folder),
    )


def _made(scenario: Scenario, folder: Path, zoterodigest: Zoterodigest, stack: ExitStack) -> World:
    """Make the world of a scenario; `stack` takes it apart."""
    world = World(scenario, folder, zoterodigest)
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    _draw_from_seed(patch, scenario.name)
    _protect(patch, world.protected)
    patch.setattr("time.sleep", lambda _: None)
    for name, value in scenario.environment.items():
        patch.setenv(name, value)
    site = ""
    if scenario.services is not None:
        patch.delenv("ZOTERODIGEST_OFFLINE")
        site = stack.enter_context(serving(scenario.services)).url
    world.addresses = {"{library}": _offer(world, patch, stack), "{site}": site}
    for name, text in scenario.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(world.filled(text).encode())
    return world


def _offer(world: World, patch: pytest.MonkeyPatch, stack: ExitStack) -> str:
    """Let the library of the scenario answer; return its address."""
    match world.scenario.where:
        case Where.EMBEDDED:
            return f"embedded:{EMBEDDED}"
        case Where.WEB:
            patch.setenv("ZOTERO_API_KEY", KEY)
            world.server = stack.enter_context(a_server())
            world.remote = world.server.behind
            return f"{world.server.url}/users/1"
        case Where.DESKTOP:
            stack.enter_context(installed(KeyringInMemory()))
            desktop = stack.enter_context(a_desktop())
            world.remote = desktop.zotero.library
            return f"desktop?url={desktop.url}"
        case never:
            assert_never(never)


def _draw_from_seed(patch: pytest.MonkeyPatch, name: str) -> None:
    drawn = random.Random(SEED + name)
    patch.setattr("secrets.choice", drawn.choice)
    patch.setattr("secrets.token_hex", lambda size: drawn.randbytes(size).hex())


def _protect(patch: pytest.MonkeyPatch, names: set[str]) -> None:
    """Let the system refuse to put anything in the place of files with these names."""
    replace = Path.replace

    def replaced(self: Path, target: Path) -> Path:
        if Path(target).name in names:
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
        return replace(self, target)

    patch.setattr(Path, "replace", replaced)


def _do(world: World, step: Step) -> str:
    """Do a step; return what is to be read of it."""
    match step:
        case Run(command):
            return _run(world, command).out
        case Edit(path, old, new):
            text = (world.folder / path).read_text("utf-8")
            assert text.count(old) == 1, (path, old)
            (world.folder / path).write_text(text.replace(old, new), "utf-8")
            return f"in {path}, {old!r} becomes {new!r}"
        case Write(path, text):
            (world.folder / path).write_text(world.filled(text), "utf-8")
            return f"{path} is written"
        case InZotero(title, data):
            item = world.item(title)
            world.write(LibraryItem(item.key, item.version, _placed(world, data)))
            return f"in Zotero, {title!r} gets {json.dumps(dict(data), ensure_ascii=False)}"
        case InNote(title, old, new):
            note = world.note_of(title)
            text = str(note.data["note"])
            assert text.count(old) == 1, text
            world.write(LibraryItem(note.key, note.version, {"note": text.replace(old, new)}))
            return f"in the note of {title!r}, {old!r} becomes {new!r}"
        case NewItem(key, data):
            world.write(LibraryItem(key, 0, {"itemType": "journalArticle", **_placed(world, data)}))
            return f"in Zotero, {key} is new: {json.dumps(dict(data), ensure_ascii=False)}"
        case Meanwhile(edit):
            _do_at_next_write(world, edit)
            return f"just before the next write, in Zotero, {edit.title!r} gets {edit.data}"
        case WriteProtected(path):
            world.protected.add(path)
            return f"{path} cannot be replaced from now on"
        case Writable():
            world.protected.clear()
            return "every file can be replaced again"
        case never:
            assert_never(never)


def _placed(world: World, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of an item, its collections by their keys in the place of their names."""
    if "collections" not in data:
        return dict(data)
    with world.library() as library:
        keys = {one.name: one.key for one in library.read().collections}
    return {**data, "collections": [keys[name] for name in data["collections"]]}


def _do_at_next_write(world: World, edit: InZotero) -> None:
    assert world.server is not None
    server, is_done = world.server, False

    def between(request: Request, serve: Callable[[Request], Response]) -> Response:
        nonlocal is_done
        if request.method == "POST" and not is_done:
            is_done = True
            _do(world, edit)
        return serve(request)

    server.between = between


def _run(world: World, command: str) -> Ran:
    ran = world.zoterodigest(*shlex.split(_resolved(world, command)))
    if found := _LISTED_ID.findall(ran.out):
        world.listed = found
    return ran


def _resolved(world: World, command: str) -> str:
    """Return a command with the IDs and keys that it asks for."""

    def found(match: re.Match[str]) -> str:
        if match[1] == "id":
            return world.listed[int(match[2] or 1) - 1]
        return world.item(match[2]).key

    return _ASKED.sub(found, command)


def _recorded(world: World, step: Step) -> str:
    if not isinstance(step, Run):
        return f"> {_do(world, step)}"
    command = _resolved(world, step.command)
    files, objects = world.look()
    ran = _run(world, command)
    files_now, objects_now = world.look()
    lines = [f"$ zoterodigest {command}", *ran.out.splitlines()]
    lines += _section("err", ran.err.splitlines())
    lines.append(f"exit {ran.code}")
    lines += _section("files", looking.file_changes(files, files_now))
    lines += _section("library", looking.object_changes(objects, objects_now))
    for number in _new_runs(files, files_now):
        lines += _section("log", _run(world, f"log {number}").out.splitlines())
    return "\n".join(line.rstrip() for line in lines)


def _section(name: str, lines: Any) -> list[str]:
    found = list(lines)
    return [f"{name}:", *(f"  {line}" for line in found)] if found else []


def _new_runs(before: Mapping[str, str], after: Mapping[str, str]) -> list[int]:
    names = [name for name in after if "/history/" in name and name not in before]
    return sorted(int(Path(name).name.split("-")[0]) for name in names)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
