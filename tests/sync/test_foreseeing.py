"""What a library will hold is what it holds once everything is written and read again."""

from __future__ import annotations

import pytest

from tests.builders import a_note, an_attachment, an_item, changed
from zoterodigest.library.port import LibraryItem, Snapshot
from zoterodigest.library.records.contents import Contents, read_contents
from zoterodigest.library.records.zotero import ZoteroMapping
from zoterodigest.sync.gathering.foreseeing import contents_after

ZOTERO = ZoteroMapping()
ONE, TWO, THREE = "ENE22222", "TWA22222", "THREE222"
NOTE, LINK = "NATE2222", "LINK2222"
MERGED = "http://zotero.org/users/local/0/items/"


def read(*items: LibraryItem) -> Contents:
    return read_contents(Snapshot(1, tuple(sorted(items, key=lambda one: one.key)), ()), ZOTERO)


def merged(*keys: str) -> dict[str, list[str]]:
    return {"dc:replaces": [MERGED + key for key in keys]}


PRESENT = (
    an_item(ONE, relations=merged(TWO)),
    an_item(TWO, title="Two", relations=merged(THREE)),
    an_item(THREE, title="Three", deleted=1),
    a_note(ONE, NOTE),
    an_attachment(TWO, LINK),
)


@pytest.mark.parametrize(
    "sent",
    [
        [changed(PRESENT[0], title="Another Title")],
        [changed(PRESENT[3], parentItem=TWO), changed(PRESENT[4], parentItem=ONE)],
        [changed(PRESENT[3], deleted=1), an_attachment(THREE, "NEW22222")],
        [changed(PRESENT[1], relations={}), changed(PRESENT[2], deleted=0)],
        [an_item("FAUR2222", relations=merged(ONE)), a_note("FAUR2222", "NATE3333")],
        [],
    ],
)
def test_only_what_is_touched_is_read_anew_and_all_is_as_if_everything_were(
    sent: list[LibraryItem],
) -> None:
    objects = {one.key: one for one in PRESENT}
    for one in sent:
        before = objects.get(one.key)
        data = one.data if before is None else {**before.data, **one.data}
        objects[one.key] = LibraryItem(one.key, one.version, data)

    assert contents_after(read(*PRESENT), sent, ZOTERO) == read(*objects.values())
