"""On the five shared digests: an edit of one field travels alone, from the digest and back.

What the push of an edit changes in the library is made by hand in a second copy: the pull there
must give the very bytes of the edited digest.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.digest.corpus import SHARED_DIGESTS
from tests.digest.test_golden import EDITS
from tests.sync.world import World
from zoterodigest.core.values.record import SECTION, Fields, is_empty
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.write.edit import put_digest
from zoterodigest.digest.write.writing import slot_of
from zoterodigest.library.port import LibraryItem
from zoterodigest.sync.gathering import intent
from zoterodigest.sync.gathering.sources import reread
from zoterodigest.sync.run.run import Options

pytestmark = pytest.mark.deep
PULL, SYNC = Options(intent.PULL), Options(intent.SYNC)
KINDS = ("title", "authors", "venue", "year", "award", "task", "date", "links", "comment",
         "abstract", "summary", "section")  # fmt: skip


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Return a folder for each shared digest, in which it is pushed."""
    folders = {path.name: tmp_path_factory.mktemp(path.stem) for path in SHARED_DIGESTS}
    for path in SHARED_DIGESTS:
        (folders[path.name] / path.name).write_bytes(path.read_bytes())
        World(folders[path.name], [path.name]).push()
    return folders


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", SHARED_DIGESTS, ids=lambda path: path.stem)
def test_an_edit_travels_alone_in_either_direction(
    path: Path, kind: str, pushed: Mapping[str, Path], tmp_path: Path
) -> None:
    here, there = (
        World(shutil.copytree(pushed[path.name], tmp_path / name), [path.name])
        for name in ("here", "there")
    )
    edited, before = edit(here, kind), here.everything()

    (here.root / path.name).write_bytes(edited)
    here.push()
    changed = {key: one for key, one in here.everything().items() if before.get(key) != one}
    for key, one in changed.items():
        data = {name: value for name, value in one.items() if name not in ("key", "version")}
        there.change(key, **data) if key in before else there.put(LibraryItem(key, 0, data))
    there.push(PULL)

    assert len({one.get("parentItem") or key for key, one in changed.items()}) == 1
    assert (there.root / path.name).read_bytes() == edited
    assert here.plan(SYNC).is_settled
    assert there.plan(SYNC).is_settled


def edit(world: World, kind: str) -> bytes:
    """Return the digest with one field of this kind edited; skip if no entry shows it."""
    (read,) = world.prepare().gathered.digests
    at, name = shown(read.document, kind)
    changes: Fields = {name: EDITS[kind](read.document.entries[at].reading.fields[name])}
    workspace = world.workspace()
    edited = put_digest(read.document, {at: changes}, lambda it: reread(read, it, workspace))
    assert edited.refusals == ()
    return edited.source


def shown(document: Document, kind: str) -> tuple[int, str]:
    """Return the first entry, and its field, that shows a value of this kind; else skip."""
    for at, entry in enumerate(document.entries):
        for name, value in entry.reading.fields.items():
            is_kind = name.startswith(SECTION) if kind == "section" else name == kind
            if is_kind and not is_empty(value) and slot_of(entry, name) and not entry.broken:
                return at, name
    pytest.skip("no entry shows it")
