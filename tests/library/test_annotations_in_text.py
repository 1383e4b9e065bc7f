"""From a library into a text: many annotations, all that can happen to them, and remarks between.

What the person wrote is all there after each step, and a second update has nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.builders import a_file, a_highlight, a_key, an_item, changed
from tests.library.desktop import a_desktop
from zoterodigest.core.values.annotation import WrittenBlocks
from zoterodigest.digest.annotations.region import (
    RegionRules,
    RegionUpdate,
    known_annotations,
    update_region,
)
from zoterodigest.digest.annotations.templates import CALLOUT
from zoterodigest.library.embedded.embedded import EmbeddedLibrary
from zoterodigest.library.port import Library

RULES = RegionRules(CALLOUT, "## Annotations")
ITEM, OTHER = "ITEM2222", "ITEM3333"
FILES = [f"FILE222{sign}" for sign in "23456789AB"]
MARKS = [a_key(10_000 + number) for number in range(500)]
REMARK = "My § remark on {}"


def file_of(number: int) -> str:
    """Return the key of the file on which the annotation with this number is."""
    return FILES[number // 50]


def a_library_of_500(library: EmbeddedLibrary) -> None:
    """Fill a library with an item, its ten files, and fifty annotations on each."""
    marks = [
        a_highlight(file_of(number), key, sortIndex=f"{number:05}|000000|00000", text=f"T{number}")
        for number, key in enumerate(MARKS)
    ]
    library.write([an_item(), *(a_file(key=key) for key in FILES), an_item(OTHER)])
    library.write([a_file(OTHER, "FILE3333")])
    for start in range(0, len(marks), 50):
        library.write(marks[start : start + 50])


def written_into(library: Library, data: bytes, written: WrittenBlocks) -> RegionUpdate:
    """Update a text from a library; require that the person's lines stay and it is settled."""
    asked = {ITEM: known_annotations(data, written)}
    now = library.annotations(library.read(), asked)[ITEM]
    update = update_region(data, now, written, RULES)
    again = update_region(update.data, now, update.written, RULES)
    assert (again.data, again.written) == (update.data, update.written)
    assert remarks(update.data) == remarks(data)
    return update


def remarks(data: bytes) -> list[str]:
    return [line for line in data.decode().split("\n") if "§" in line]


def with_remarks(data: bytes, keys: Sequence[str]) -> bytes:
    """Return a text with a remark of the person's below the block of each of these."""
    parts = data.decode().split("\n\n")
    places = {key: part for part in parts for key in keys if f"annotation={key})" in part}
    said = {part: REMARK.format(key) for key, part in places.items()}
    return "\n\n".join(
        f"{part}\n\n{said[part]}" if part in said else part for part in parts
    ).encode()


def change(library: EmbeddedLibrary, keys: Sequence[str], **data: Any) -> None:
    for start in range(0, len(keys), 50):
        found = library.fetch(keys[start : start + 50])
        library.write([changed(one, **data) for one in found])


# As many as somebody has who has read for years: it takes 0.8 s.
def test_500_annotations_on_ten_files_follow_the_library_and_lose_nothing_of_the_persons() -> None:
    with a_desktop() as desktop:
        library = desktop.zotero.library
        a_library_of_500(library)
        first = written_into(library, "# Title\n\nMy § words\n".encode(), {})
        text = with_remarks(first.data, MARKS[::7])
        text = text.replace(b"> T3\n", "> T3, as I § doubt\n".encode()).replace(b"> T4\n", b"")
        settled = written_into(library, text, first.written)

        change(library, MARKS[10:20], annotationComment="Later", annotationColor="#ff6666")
        change(library, MARKS[20:22], deleted=1)
        library.erase(MARKS[22:24])
        change(library, [FILES[1]], deleted=1)
        change(library, MARKS[100:103], parentItem="FILE3333")
        later = written_into(library, settled.data, settled.written)

        change(library, [FILES[1]], deleted=0)
        restored = written_into(library, later.data, later.written)
        desktop.zotero.lists_annotations = False
        with desktop.client() as old_zotero:
            blind = written_into(old_zotero, restored.data, restored.written)

    assert len(first.added) == 500
    assert (settled.data, settled.edited) == (text, tuple(sorted(MARKS[3:5])))
    assert set(later.refreshed) == {*MARKS[10:20]}
    assert set(later.removed) == {*MARKS[20:24], *MARKS[50:103]}
    assert set(restored.added) == {*MARKS[50:100]}
    assert blind.data == restored.data
    assert set(blind.unreadable) == {*MARKS[:20], *MARKS[24:100], *MARKS[103:]}
