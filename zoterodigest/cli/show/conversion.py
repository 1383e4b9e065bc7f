"""What `convert` reports: how many entries it wrote, and what the new format can't show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zoterodigest.cli.base.screen import (
    counted,
    cut,
    first_of,
    hanging,
    section,
    styled,
    visible,
    width,
    wrapped,
)
from zoterodigest.cli.base.tables import Column, table
from zoterodigest.cli.show.partly_read import partly_read_text
from zoterodigest.cli.show.report_names import field_name
from zoterodigest.digest.read.document import DigestEntry, Document
from zoterodigest.digest.write.convert import Converted, ConvertedEntry

_MOST = 10
_COLUMNS = (
    Column("what", 12),
    Column("entries", 7, is_right=True),
    Column("first line", 10, is_right=True),
)


def conversion_text(name: str, form: str, document: Document, done: Converted) -> Iterator[str]:
    """Yield what people read of a conversion."""
    yield from partly_read_text(name, document)
    number, every = len(done.entries), len(document.entries)
    if not every:
        yield "There is nothing to convert."
        return
    there = every - number - len(done.stayed)
    of = f"{number:,} of {counted(every, 'entry')}"
    already = f", {there:,} are in it already" if there else ""
    yield from wrapped(f"{visible(name)}: {of} converted to {form}{already}.")
    if lost := _lost(done.entries):
        yield styled(f"What {form} can't show", "bold")
        yield from table(_COLUMNS, [(what, f"{n:,}", f"{line:,}") for what, n, line in lost])
    yield from _unread([one for one in done.entries if one.unread])
    yield from _stayed(done)


def _unread(entries: Sequence[ConvertedEntry]) -> Iterator[str]:
    if entries:
        yield from section("Text that no field holds, left out", len(entries))
    lines = (
        cut(f"  line {one.before.first + 1}: {visible(' … '.join(one.unread))}", width())
        for one in entries
    )
    yield from first_of(lines, _MOST, indent=2, in_json=True)


def _stayed(done: Converted) -> Iterator[str]:
    if done.stayed:
        yield from section("Entries that stay as they are", len(done.stayed))
    lines = (
        "\n".join(hanging(f"  line {entry.first + 1}: ", visible(why)))
        for entry, why in done.stayed
    )
    yield from first_of(lines, _MOST, indent=2, in_json=True)


def _lost(entries: Sequence[ConvertedEntry]) -> list[tuple[str, int, int]]:
    """Return each field that some entries lost, in how many, and the line of the first."""
    names = sorted({name for one in entries for name in one.lost})
    found = [(name, [it for it in entries if name in it.lost]) for name in names]
    return [(field_name(name), len(those), those[0].before.first + 1) for name, those in found]


def conversion_data(
    name: str, form: str, done: Converted, written: str | None, text: str | None
) -> dict[str, Any]:
    """Return a conversion as JSON can hold it."""
    return {
        "file": name,
        "format": form,
        "entries": [
            _named(one.before) | {"lost": list(one.lost), "unread": list(one.unread)}
            for one in done.entries
        ],
        "kept": [_named(entry) | {"reason": why} for entry, why in done.stayed],
        "written": written,
        "text": text,
    }


def _named(entry: DigestEntry) -> dict[str, Any]:
    return {"line": entry.first + 1, "title": entry.title, "format": entry.format.name}
