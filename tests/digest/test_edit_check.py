"""What was written is read again before it counts, whatever a format makes of it (law 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.digest.corpus import read
from zoterodigest.core.values.record import Fields
from zoterodigest.digest.read.document import Document
from zoterodigest.digest.read.slots import ItemKeys
from zoterodigest.digest.write.edit import put_digest

ENTRIES = [
    f"- [Paper number {n} with a title](https://arxiv.org/abs/2001.0000{n}), CVPR 2020.\n"
    for n in range(10)
]
LIST = ("# Papers\n\n" + "".join(ENTRIES)).encode()


def title(number: int) -> str:
    return f"Paper number {number} with another name"


def reading_otherwise(number: int, otherwise: dict[str, Any], source: bytes) -> Document:
    """Read a changed list, but for one entry."""
    after = read(source)
    entries = list(after.entries)
    entries[number] = replace(entries[number], **otherwise)
    return replace(after, entries=tuple(entries))


@pytest.mark.parametrize("number", [0, 1, 5])
@pytest.mark.parametrize(
    "otherwise",
    [
        {"broken": "it is cut"},
        {"unreadable": frozenset({"authors"})},
        {"headings": ("Another",)},
        {"kept": b"what an edit must leave"},
        {"keys": ItemKeys(citation="another")},
    ],
)
def test_an_edit_is_refused_by_which_any_entry_reads_otherwise(
    number: int, otherwise: dict[str, Any]
) -> None:
    changes: dict[int, Fields] = {0: {"title": title(0)}}

    edited = put_digest(
        read(LIST), changes, lambda source: reading_otherwise(number, otherwise, source)
    )

    assert edited.source == LIST
    assert [(one.entry, one.field) for one in edited.refusals] == [(0, "title")]


def test_of_edits_that_do_not_go_together_one_is_refused_and_each_is_told_once() -> None:
    changes: dict[int, Fields] = {number: {"title": title(number)} for number in (0, 4, 8)}

    def read_again(source: bytes) -> Document:
        after = read(source)
        new = {number for number in changes if title(number).encode() in source}
        wrong = {8} & new | ({2} if {0, 4} <= new else set())
        entries = (
            replace(it, broken="odd") if at in wrong else it for at, it in enumerate(after.entries)
        )
        return replace(after, entries=tuple(entries))

    edited = put_digest(read(LIST), changes, read_again)

    written = {number for number in changes if title(number).encode() in edited.source}
    assert written == {0}
    assert [one.entry for one in edited.refusals] == [4, 8]
