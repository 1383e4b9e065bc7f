"""What `inspect --explain` shows: how one line of a digest is read, or why it is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from zoterodigest.cli.base.screen import hanging, styled, visible, wrapped
from zoterodigest.cli.base.tables import Column, table
from zoterodigest.digest.read.explain import ExplainedSlot, Explanation, FormatStep, explain
from zoterodigest.mapping import venue_table
from zoterodigest.project.digests import formats_for, read_digest

_MOST = 3
"""How many formats are shown that did not read a line; --json has them all."""

_COLUMNS = (Column("from", 8, is_right=True), Column("to", 8), Column("slot", 14), Column("text"))


def explained(path: Path, line: int, wanted: str) -> Explanation:
    """Return how the digest at `path` is read at a 1-based line, by the format `wanted` or any.

    Raises `BadParameter` if there is no such line.
    """
    source = read_with_line(path, line)
    return explain(source, formats_for(path, wanted), venue_table(), line - 1)


def read_with_line(path: Path, line: int) -> bytes:
    """Read the digest at `path`; raise `BadParameter` if it has no line of this number."""
    source = read_digest(path).data
    number = source.count(b"\n") + (not source.endswith(b"\n") and bool(source))
    if line > number:
        raise typer.BadParameter(f"{path} has {number:,} lines")
    return source


def explanation_text(name: str, line: int, found: Explanation) -> Iterator[str]:
    """Yield what people read of an explanation."""
    where = styled(f"{visible(name)}:{line}", "bold")
    if found.format:
        place = f"lines {found.first} to {found.last}"
        place = f"line {found.first}" if found.first == found.last else place
        yield f"{where}: an entry in the format {found.format}, {place}"
        yield from table(_COLUMNS, [_row(found, slot) for slot in found.slots])
        for problem in found.problems:
            yield from hanging(f"  line {problem.line}: ", visible(problem.reason))
        return
    yield f"{where}: not read ({found.skipped})"
    nearest = [one for one in found.attempts if one.step > FormatStep.CONTAINER]
    if found.attempts and not nearest:
        yield "  no format has entries that begin as this line does (--json lists all)"
    for one in nearest[:_MOST]:
        yield from hanging(f"  {one.format:<20} ", visible(one.reason))
    others = len(found.attempts) - len(nearest[:_MOST])
    if nearest and others:
        yield f"  … and {others:,} formats that came less far (--json lists all)"
    if found.attempts:
        learn = f"zoterodigest formats learn {visible(name)} --entry {line}"
        yield from wrapped(f"If it is an entry, `{learn}` proposes a format.", 2)


def _row(found: Explanation, slot: ExplainedSlot) -> tuple[str, ...]:
    start, end = ("{}:{}".format(*place) for place in _places(found, slot))
    label = f"{slot.slot} ({slot.section})" if slot.section else slot.slot
    return start, end, visible(label), visible(slot.text) or "(empty)"


def _places(found: Explanation, slot: ExplainedSlot) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return line and column of the first sign of a slot and of that behind its last."""
    return found.place(slot.span.start), found.place(slot.span.end)


def explanation_data(name: str, line: int, found: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON can hold it."""
    return {
        "file": name,
        "line": line,
        "format": found.format or None,
        "start_line": found.first or None,
        "end_line": found.last or None,
        "slots": [_slot_data(found, slot) for slot in found.slots],
        "problems": [{"line": it.line, "reason": it.reason} for it in found.problems],
        "skipped": found.skipped or None,
        "attempts": [
            {"format": it.format, "stopped_at": it.step.name.casefold(), "reason": it.reason}
            for it in found.attempts
        ],
    }


def _slot_data(found: Explanation, slot: ExplainedSlot) -> dict[str, Any]:
    (line, column), (end_line, end_column) = _places(found, slot)
    return {
        "slot": slot.slot,
        "section": slot.section,
        "text": slot.text,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "start": slot.span.start,
        "end": slot.span.end,
    }
