"""A reading that goes by what is known of areas finds what a full reading finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.digest.corpus import EXAMPLES, RELATIVES, SHARED_DIGESTS, formats, read_anew, venues
from zoterodigest.digest.read.detect import read_document
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.read.known import put_aside
from zoterodigest.digest.read.later import KnownAreas, LaterEntry

DIGESTS = [*EXAMPLES, RELATIVES, *SHARED_DIGESTS]


def read_by(source: bytes, known: KnownAreas) -> Document:
    return read_document("digest.md", source, formats(), venues(), known)


def require_same(document: Document, whole: Document) -> None:
    assert replace(document, entries=(), lines=whole.lines) == replace(whole, entries=())
    for one, other in zip(document.entries, whole.entries, strict=True):
        assert values_of(one) == values_of(other)
    assert document.core_entries() == whole.core_entries()


def values_of(entry: DigestEntry) -> dict[str, object]:
    values = {one.name: getattr(entry, one.name) for one in fields(DigestEntry)}
    # Layers are functions with arguments, which are equal to none but themselves.
    layered = {name: repr(values.pop(name)) for name in ("slots", "regions", "room", "shape")}
    return {**values, **layered}


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
def test_what_is_known_of_areas_changes_nothing_that_is_read(path: Path) -> None:
    source = path.read_bytes()
    whole, first = read_anew(source), KnownAreas()

    require_same(read_by(source, first), whole)
    require_same(read_by(source, KnownAreas(first.seen)), whole)
    require_same(read_by(source, KnownAreas(heads=None)), whole)
    by_document = KnownAreas(document=whole)
    require_same(read_by(source, by_document), whole)
    assert by_document.seen == first.seen


@pytest.mark.parametrize("path", DIGESTS, ids=lambda path: path.stem)
def test_entries_that_were_put_aside_are_judged_and_read_as_before(path: Path) -> None:
    source, readings = path.read_bytes(), list[bytes]()
    whole = read_anew(source)

    def read() -> Document:
        readings.append(source)
        return read_anew(source)

    aside = put_aside(whole, read)
    judged, first = KnownAreas(document=aside), KnownAreas(document=whole)
    read_by(source, first)
    read_by(source, judged)

    assert judged.seen == first.seen
    assert not readings
    require_same(aside, whole)
    assert len(readings) == 1


def unread(entries: Sequence[DigestEntry]) -> list[str]:
    """Return the keys of entries that nobody has asked for what they say."""
    return [it.key for it in entries if isinstance(it, LaterEntry) and not is_read(it)]


def is_read(entry: LaterEntry) -> bool:
    try:
        object.__getattribute__(entry, "reading")
    except AttributeError:
        return False
    return True


def test_entries_that_were_read_with_their_areas_are_not_read_later() -> None:
    document = read_by(EXAMPLES[0].read_bytes(), KnownAreas())

    aside = put_aside(document, lambda: document)

    assert [it for it in document.entries if isinstance(it, LaterEntry)]
    assert not unread(document.entries)
    assert len(unread(aside.entries)) == len(aside.entries)
    assert unread(aside.entries) == [it.key for it in document.entries if hasattr(it, "key")]


def test_a_line_in_which_an_entry_begins_is_matched_once_in_two_readings() -> None:
    source, known = EXAMPLES[0].read_bytes(), KnownAreas()

    read_by(source, known)
    matched = dict(known.heads or {})
    read_by(source, known)

    assert matched
    assert known.heads == matched
    assert all(known.heads[key] is match for key, match in matched.items())


def test_an_entry_is_read_when_somebody_asks_what_it_says() -> None:
    source = EXAMPLES[0].read_bytes()
    known = KnownAreas()
    read_by(source, known)
    document = read_by(source, KnownAreas(known.seen))

    assert len(unread(document.entries)) == len(document.entries) > 1
    assert document.entries[1].title
    assert len(unread(document.entries)) == len(document.entries) - 1


SIGNS = (
    *("\n", "\n\n", "- ", "> ", "## New\n\n", "```\n", "<details>", "</details>", "|", "x", "**"),
    *("<!--", "-->", "[a](https://arxiv.org/abs/2401.00001)", "\n---\n", "<<<<<<<\n", "\xff"),
)


@given(st.sampled_from([*EXAMPLES, RELATIVES]), st.data())
def test_whatever_was_edited_since_areas_were_judged_is_read_as_in_full(
    path: Path, data: st.DataObject
) -> None:
    source, known = path.read_bytes(), KnownAreas()
    read_by(source, known)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(source)))
        gone = data.draw(st.sampled_from((0, 0, 1, 20, 200)))
        sign = data.draw(st.sampled_from(SIGNS)).encode("latin-1")
        source = source[:at] + sign + source[at + gone :]

    document = read_by(source, KnownAreas(known.seen))

    is_known = any(isinstance(entry, LaterEntry) for entry in document.entries)
    event("some are known" if is_known else "all are read")
    require_same(document, read_anew(source))
