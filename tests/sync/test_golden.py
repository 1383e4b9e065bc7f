"""Golden triples: each field of each format edited in Zotero, in the digest, and at both ends.

`golden/DIGEST/NAME.toml` is one case. `zotero` and `markdown` are the person's edits, `digest` and
`library` what the run then changes: the lines of the digest, and the objects of the library. With
the first edit alone the run is a pull, with the second a push (deep), with both a sync. A new case
needs only the edits: `pytest tests/sync/test_golden.py -m "" --update-golden` adds the rest.
"""

from __future__ import annotations

import difflib
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.digest.corpus import EXAMPLES, RELATIVES
from tests.golden_files import GoldenFiles
from tests.sync.world import Data, World
from zoterodigest.library.port import LibraryItem
from zoterodigest.notes.editor import editor_form
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.intent import Intent
from zoterodigest.sync.run.run import Options

GOLDEN = Path(__file__).parent / "golden"
CASES = [
    pytest.param(
        path,
        id=f"{path.parent.name}-{path.stem}",
        marks=pytest.mark.deep if path.stem.endswith(".push") else (),
    )
    for path in sorted(GOLDEN.glob("*/*.toml"))
]
DIGESTS = {path.stem: path for path in (*EXAMPLES, RELATIVES)}
SYNC = Options(intent.SYNC)

Case = Mapping[str, Any]


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Return a folder for each digest of the cases, in which it is pushed."""
    names = sorted(path.name for path in GOLDEN.iterdir())
    return {name: push(DIGESTS[name], tmp_path_factory.mktemp(name)) for name in names}


def push(digest: Path, folder: Path) -> Path:
    """Push a digest with the formats that lie beside it, in `folder`; categories are carried."""
    for source in (*digest.parent.glob("*.format.toml"), digest):
        shutil.copyfile(source, folder / source.name)
    world = World(folder, [digest.name])
    world.configure(f'[[digest]]\npath = "{digest.name}"\n\n[zotero]\ncategories = true\n')
    world.push()
    return folder


@pytest.mark.parametrize("path", CASES)
def test_a_run_changes_exactly_what_it_must(
    path: Path, pushed: Mapping[str, Path], tmp_path: Path, golden: GoldenFiles
) -> None:
    text = path.read_bytes().decode()
    world = world_of(path.parent.name, pushed, tmp_path)

    digest, library = played(world, tomllib.loads(text))

    edits = text.partition("\ndigest = ")[0].rstrip("\n")
    golden.check(path, f"{edits}\ndigest = {quoted(digest)}\nlibrary = {quoted(library)}\n")
    assert world.plan(SYNC).is_settled


def quoted(text: str) -> str:
    """Return lines as a case holds them."""
    return f"'''\n{text}'''" if text else '""'


def world_of(name: str, pushed: Mapping[str, Path], folder: Path) -> World:
    """Return a world of its own in which the digest called `name` has been pushed."""
    root = shutil.copytree(pushed[name], folder / name)
    return World(root, [DIGESTS[name].name])


def played(world: World, case: Case) -> tuple[str, str]:
    """Make the edits of a case and run; return what the run changed in the digest and library."""
    path = world.root / world.digests[0]
    edit_zotero(world, case["paper"], case.get("zotero", {}))
    if "markdown" in case:
        edit_markdown(path, case["markdown"])
    text, library = path.read_bytes().decode(), world.everything()
    world.push(Options(direction(case)))
    return (
        line_diff(text, path.read_bytes().decode()),
        "".join(f"{line}\n" for line in object_diff(library, world.everything())),
    )


def direction(case: Case) -> Intent:
    match "zotero" in case, "markdown" in case:
        case True, False:
            return intent.PULL
        case False, True:
            return intent.PUSH
    return intent.SYNC


def line_diff(before: str, after: str) -> str:
    """Return the lines that went and came."""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), n=0, lineterm="")
    return "".join(f"{line}\n" for line in list(lines)[2:] if not line.startswith("@@"))


def edit_markdown(path: Path, diff: str) -> None:
    """Make the edits of a diff without context; each run of lines that goes stands there once."""
    text = path.read_bytes().decode()
    for hunk in re.findall(r"(?:^-.*\n)+(?:^\+.*\n)*", diff, re.M):
        old, new = (
            "".join(line[1:] for line in hunk.splitlines(keepends=True) if line[0] == sign)
            for sign in "-+"
        )
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_bytes(text.encode())


# --- what a person does in Zotero


def edit_zotero(world: World, paper: str, edits: Mapping[str, Any]) -> None:
    """Edit the item whose title begins with `paper`, its note, its links, its tags.

    `note` and `extra` are pairs of an old text and a new one, `links` new addresses by title ("" to
    take a link away), `tags` those that come (+) and go (-); other names are fields of the item.
    """
    if not edits:
        return
    (key,) = (k for k, one in world.items().items() if one.get("title", "").startswith(paper))
    data = world.items()[key]
    fields = {name: value for name, value in edits.items() if name not in ("note", "links")}
    if isinstance(fields.get("extra"), list):
        fields["extra"] = replaced(data["extra"], *fields["extra"])
    if "tags" in fields:
        fields["tags"] = retagged([tag["tag"] for tag in data.get("tags", [])], fields["tags"])
    if "creators" in fields:
        fields["creators"] = [author(name) for name in fields["creators"]]
    if fields:
        world.change(key, **fields)
    for label, url in edits.get("links", {}).items():
        relink(world, key, label, url)
    for old, new in edits.get("note", []):
        change_note(world, key, old, new)


def replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, (old, text)
    return text.replace(old, new)


def retagged(tags: list[str], changes: list[str]) -> list[dict[str, str]]:
    gone = {change[1:] for change in changes if change[0] == "-"}
    assert gone <= set(tags)
    came = [change[1:] for change in changes if change[0] == "+"]
    return [{"tag": tag} for tag in (*(tag for tag in tags if tag not in gone), *came)]


def author(name: str) -> dict[str, str]:
    first, _, last = name.rpartition(" ")
    return {"creatorType": "author", "firstName": first, "lastName": last}


def relink(world: World, parent: str, label: str, url: str) -> None:
    found = [
        key
        for key, one in world.everything().items()
        if one.get("parentItem") == parent and one.get("title") == label and "url" in one
    ]
    if found:
        world.change(found[0], **({"url": url} if url else {"deleted": 1}))
        return
    data = {"itemType": "attachment", "linkMode": "linked_url", "title": label, "url": url}
    world.put(LibraryItem("NEWLNK22", 0, {**data, "parentItem": parent}))


def change_note(world: World, parent: str, old: str, new: str) -> None:
    (key,) = (
        key
        for key, one in world.everything().items()
        if one.get("parentItem") == parent and old in one.get("note", "")
    )
    note = world.everything()[key]["note"]
    world.change(key, note=editor_form(replaced(note, old, new)))


# --- what a run has changed in the library


def object_diff(before: Mapping[str, Data], after: Mapping[str, Data]) -> Iterator[str]:
    """Yield a line for every change, told by the titles of items and attachments."""
    for key in sorted({*before, *after}, key=lambda key: (name_of(after[key], after), key)):
        old, new = before.get(key, {}), after[key]
        if old == new:
            continue
        yield f"{name_of(new, after)}{'' if old else ' (new)'}"
        for name in sorted({*old, *new} - {"dateModified", "dateAdded", "version", "key"}):
            yield from value_diff(name, old.get(name, ""), new.get(name, ""))


def name_of(data: Data, objects: Mapping[str, Data]) -> str:
    if data.get("parentItem"):
        of = name_of(objects[data["parentItem"]], objects)
        return f"{of} / {data['itemType']} {data.get('title', '')}".rstrip()
    return str(data.get("title", ""))[:40].rstrip()


_SHAPE = ("parentItem", "itemType", "linkMode", "relations", "collections")


def value_diff(name: str, old: Any, new: Any) -> Iterator[str]:
    if old == new or name in _SHAPE:
        return
    if name == "note":
        diff = difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm="")
        yield from (f"  note {line}" for line in list(diff)[2:] if line[:2] != "@@")
        return
    if told(old) != told(new):
        yield f"  {name}: {told(old)} → {told(new)}"


def person(creator: Mapping[str, str]) -> str:
    return creator.get("name") or f"{creator['firstName']} {creator['lastName']}"


def told(value: Any) -> str:
    match value:
        case [{"tag": _}, *_]:
            return ", ".join(sorted(tag["tag"] for tag in value))
        case [{"creatorType": _}, *_]:
            return ", ".join(map(person, value))
        case [] | "" | None:
            return "nothing"
        case _:
            return str(value)
