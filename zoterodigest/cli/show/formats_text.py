"""What `formats learn` and `formats check` show, as text and as JSON.

Of what was learned: the templates, entries as understood, and lines that are left out. Of a check:
which edits hold, and where and why others are refused.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoterodigest.cli.base.screen import (
    counted,
    first_of,
    hanging,
    styled,
    visible,
    visible_lines,
)
from zoterodigest.cli.show.report_names import field_name
from zoterodigest.core.values.record import is_empty
from zoterodigest.digest.read.document import NO_ENTRY, DigestEntry, Document
from zoterodigest.digest.read.estimate import missed_entries
from zoterodigest.digest.read.report import entry_json
from zoterodigest.frozen import frozen

if TYPE_CHECKING:  # each command imports what it shows
    from zoterodigest.digest.learn.learning import Learned
    from zoterodigest.digest.read.lines import Lines
    from zoterodigest.digest.write.laws import LawsReport

_EXAMPLES = 3
_FIRST_LINES = 3
_MOST_LINES = 8

# --- learn ---------------------------------------------------------------------------------------


def learned_text(name: str, found: Learned, built_in: Document) -> Iterator[str]:
    """Yield what people read of what was learned of a digest, and what was known of it before.

    `built_in` is the digest as the built-in formats read it.
    """
    read, about = _numbers(found.document)
    yield from _known_text(name, found.document, built_in)
    of = f" of about {about:,}" if about > read else ""
    number = counted(len(found.templates), "template")
    entries = "entry" if about == 1 else "entries"
    yield styled(f"{visible(name)}: {number} for {read:,}{of} {entries}", "bold")
    for template in found.templates:
        yield ""
        yield from (f"    {line}" for line in visible_lines(template))
    for entry in examples(found):
        yield ""
        yield styled(f"  line {entry.first + 1} is read as", "bold")
        for slot in entry.slots:
            if slot.name != "ignored":
                yield from hanging(f"    {slot.name:<9} ", visible(slot.words))
    ignored = _ignored(found)
    if ignored:
        yield ""
        yield styled("  text of entries that no slot holds ({ignored})", "bold")
        for one in ignored:
            of = counted(one.entries, "entry", "entries")
            yield from hanging(f"    {one.line:>5}  ", f"{visible(one.text)} ({of} like it)")
    left = list(_left_out(found))
    if left:
        yield ""
        yield styled("  lines left out", "bold")
        lines = (f"    {line:>5}  {visible(why)}" for line, why in left)
        yield from first_of(list(lines), _MOST_LINES, indent=4, in_json=True)
    yield ""


def unlearned_text(name: str, lines: Lines, line: int | None) -> Iterator[str]:
    """Yield why nothing was learned of a digest, and what to do; `line` (0-based) was asked for."""
    from zoterodigest.digest.learn.learning import likely_entry

    if line is not None and lines[line].count(b"|") > 1:
        text = (
            f"line {line + 1} is a row of a table. zoterodigest reads tables by the names of their"
            " columns: write a format with [columns] (`zoterodigest docs format-reference`)."
        )
    elif line is not None:
        text = (
            f"no other entry looks like line {line + 1}. If an entry begins there, write its"
            " template by hand (`zoterodigest docs formats`)."
        )
    else:
        entry = likely_entry(lines)
        text = "no structure repeats that looks like a list of papers"
        if entry is None:
            text += ". Write a template by hand (`zoterodigest docs formats`)."
        else:
            text += (
                ": no links to papers, identifiers, venues with years or authors. If line"
                f" {entry + 1} is an entry nevertheless, run"
                f" `zoterodigest formats learn {shlex.quote(name)} --entry {entry + 1}`."
            )
    yield from hanging(f"{visible(name)}: ", visible(text))


def _known_text(name: str, learned: Document, built_in: Document) -> Iterator[str]:
    """Yield what the built-in formats read of a digest, and what a format of one's own adds."""
    read, known = _numbers(learned)[0], _numbers(built_in)[0]
    if not known:
        return
    formats = ", ".join(sorted({entry.format.name for entry in built_in.entries}))
    entries = counted(known, "entry")
    yield f"{visible(name)}: built-in formats ({formats}) read {entries} of it already."
    more = sorted(_fields(learned) - _fields(built_in))
    if known >= read and more:
        yield f"A format of your own would also read: {', '.join(more)}."
    elif known >= read:
        yield "You need no format of your own for them."


def _fields(document: Document) -> set[str]:
    """Return the names of what is read of any entry; one value may stand in several ways."""
    fields = (entry.fields for entry in document.core_entries())
    return {name for one in fields for name, value in one.items() if not is_empty(value)}


def learned_data(name: str, path: Path, found: Learned, built_in: Document) -> dict[str, Any]:
    """Return what was learned as JSON can hold it, and how many entries are read without it."""
    read, about = _numbers(found.document)
    return {
        "file": name,
        "format_file": str(path),
        "templates": list(found.templates),
        "read": read,
        "about": about,
        "read_by_built_in": _numbers(built_in)[0],
        "examples": [entry_json(entry) for entry in examples(found)],
        "ignored": [
            {"template": one.template, "line": one.line, "text": one.text, "entries": one.entries}
            for one in _ignored(found)
        ],
        "left_out": [{"line": line, "reason": why} for line, why in _left_out(found)],
    }


@frozen()
class _IgnoredText:
    """An example of what stands in one `{ignored}` of a template, and how many entries have it."""

    template: int
    line: int
    text: str
    entries: int


def _ignored(found: Learned) -> Sequence[_IgnoredText]:
    """Return what each `{ignored}` holds, but for numbers: the longest example of each."""
    texts: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for entry in found.document.entries:
        if entry.broken or entry.shape is None:
            continue
        ignored = (slot.words for slot in entry.slots if slot.name == "ignored")
        for at, words in enumerate(ignored):
            if any(map(str.isalpha, words)):
                texts.setdefault((entry.shape.template, at), []).append((words, entry.first + 1))
    return [
        _IgnoredText(template + 1, line, text, len(held))
        for (template, _), held in sorted(texts.items())
        for text, line in [max(held, key=lambda one: len(one[0]))]
    ]


def examples(found: Learned) -> Sequence[DigestEntry]:
    """Return three entries: the first, one in the middle, the last."""
    read = [entry for entry in found.document.entries if not entry.broken]
    places = sorted({0, len(read) // 2, len(read) - 1})
    return [read[at] for at in places[:_EXAMPLES]] if read else []


def _numbers(document: Document) -> tuple[int, int]:
    """Return how many entries were read, and about how many there are."""
    read = sum(not entry.broken for entry in document.entries)
    broken = len(document.entries) - read
    return read, read + broken + missed_entries(document)


def _left_out(found: Learned) -> Iterator[tuple[int, str]]:
    """Yield lines in entries that no template reads, and those outside that hold text."""
    document = found.document
    left = {problem.line: problem.reason for it in document.entries for problem in it.problems}
    left |= {entry.first + 1: entry.broken for entry in document.entries if entry.broken}
    for skipped in document.skipped:
        if skipped.reason == NO_ENTRY:
            for line in range(skipped.start_line, skipped.end_line + 1):
                text = document.lines[line - 1].decode("utf-8", "replace").strip()
                left |= {line: text} if text else {}
    yield from sorted(left.items())


# --- check ---------------------------------------------------------------------------------------


def checked_text(name: str, document: Document, found: LawsReport) -> Iterator[str]:
    """Yield what people read of the laws of a digest's format."""
    number = counted(len(document.entries), "entry")
    formats = ", ".join(_names_of_formats(document))
    yield styled(f"{visible(name)}: {number} in the format {formats}", "bold")
    lines = ", ".join(
        [*map(str, found.moved[:_FIRST_LINES]), *["…"][: len(found.moved) > _FIRST_LINES]]
    )
    moves = f"lines {lines} would change" if lines else "nothing changes"
    yield f"  without an edit  {moves}"
    for one in found.fields:
        held = one.tried - len(one.refusals)
        yield f"  {field_name(one.field):<15}  {held} of {counted(one.tried, 'edit')} written"
        refused = [
            line
            for place, reason in one.refusals
            for line in hanging(f"    line {place}: ", visible(reason))
        ]
        yield from first_of(refused, 2 * _FIRST_LINES, indent=4, in_json=True)
    yield from hanging("  a new entry      ", visible(found.new_entry) or "written")
    yield ""
    yield "All laws hold." if found.do_hold else "Some edits would be refused: see above."


def checked_data(name: str, document: Document, found: LawsReport) -> dict[str, Any]:
    """Return what holds as JSON can hold it."""
    return {
        "file": name,
        "formats": _names_of_formats(document),
        "entries": len(document.entries),
        "moved": list(found.moved),
        "edits": [
            {
                "field": one.field,
                "tried": one.tried,
                "refused": [{"line": line, "reason": reason} for line, reason in one.refusals],
            }
            for one in found.fields
        ],
        "new_entry": found.new_entry or None,
        "holds": found.do_hold,
    }


def _names_of_formats(document: Document) -> list[str]:
    return list(dict.fromkeys(entry.format.name for entry in document.entries))
