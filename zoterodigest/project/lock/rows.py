"""Rows and shelves as lines of text, made so that git merges them one by one.

    zd-k3v9x2m4qa                                    a row: its id on a line of its own,
    base ["title","1f0c… 9a3b…","77d1… ="]           then a line for each key, sorted; the values
    digest "daily/2024-05-13.md"                     are JSON
    item "ABCD2345"

    shelf ["daily/2024-05-13.md","Vision"]           a shelf: its digest and the path of headings
    collection "EFGH6789"

A print is its raw fingerprint and those of its parts; `=` stands for the parts before it, and the
item's print is left out where it is the entry's. Empty values are left out. What stands in .bib
files comes behind (`bib_text.py`), then the reports that a person acknowledged:

    acknowledged zd-k3v9x2m4qa                       what reports are about: the id of a row, or one
    report ["diverged title","1f0c…"]                made for this; then each report with the print
                                                     of what it says
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Annotated

from pydantic import PlainValidator

from zoterodigest.core.links.link import (
    Base,
    Credit,
    Exported,
    Origin,
    Print,
    Row,
    Shelf,
    ShelfKey,
    State,
)
from zoterodigest.core.reconcile.acknowledging import Acknowledged
from zoterodigest.core.values.file_keys import DigestKey, source_key
from zoterodigest.core.values.identity import Identifier
from zoterodigest.foreign import read_json
from zoterodigest.project.lock.bib_text import BibsRead, ExportedKey, render_bibs
from zoterodigest.project.lock.fold import fold_rows, fold_shelves
from zoterodigest.project.lock.paragraphs import (
    ACKNOWLEDGED,
    BASE,
    BIB,
    ID,
    REPORT,
    SHELF,
    SOURCE,
    BadLine,
    Line,
    Paragraph,
    Values,
    fingerprint_of,
    key_of,
    named,
    one_print,
    paragraphs_of,
    path_of,
    text_of,
    texts_of,
    to_json,
)

_SETS = ("attachments", "collections", "fields", "tags")


@dataclass(frozen=True, slots=True)
class Linked:
    """What the paragraphs of a lock file say: rows by id, shelves by digest and path, entries of
    .bib files by file and citation key, the .bib files that exports made, and the reports that a
    person acknowledged.
    """

    rows: Mapping[str, Row] = field(default_factory=dict)
    shelves: Mapping[ShelfKey, Shelf] = field(default_factory=dict)
    exported: Mapping[ExportedKey, Exported] = field(default_factory=dict)
    made: frozenset[str] = frozenset()
    acknowledged: Mapping[AcknowledgedKey, Acknowledged] = field(default_factory=dict)


def render_rows(
    rows: Iterable[Row],
    shelves: Iterable[Shelf] = (),
    exported: Iterable[Exported] = (),
    made: Iterable[str] = (),
    acknowledged: Iterable[Acknowledged] = (),
) -> str:
    """Return shelves, rows, what stands in .bib files, then what is acknowledged, each sorted, a
    blank line before each.
    """
    paragraphs = [
        _render_shelf(shelf) for shelf in sorted(shelves, key=lambda s: (s.digest, s.path))
    ]
    paragraphs += [_render_row(row) for row in sorted(rows, key=lambda row: row.id)]
    paragraphs += render_bibs(exported, made)
    paragraphs += render_acknowledged(acknowledged)
    return "".join(f"\n{paragraph}" for paragraph in paragraphs)


def _render_shelf(shelf: Shelf) -> str:
    lines = [
        f"{SHELF}{to_json([shelf.digest, *shelf.path])}\n",
        f"collection {to_json(shelf.collection)}\n",
        f"name {to_json(shelf.name)}\n" if shelf.name else "",
        "" if shelf.is_ours else "ours false\n",
    ]
    return "".join(lines)


def _render_row(row: Row) -> str:
    state = "" if row.state is State.LINKED else row.state.value
    values: list[tuple[str, object]] = [
        ("apart", sorted(row.apart)),
        *(("base", _base_json(name, base)) for name, base in sorted(row.bases.items())),
        ("digest", row.digest),
        ("headings", row.headings),
        ("identifiers", [f"{one.scheme}:{one.value}" for one in sorted(row.identifiers)]),
        ("item", row.item),
        ("key", row.key),
        ("note", row.note),
        ("origin", _origin_json(row.origin)),
        *(("source", [name, one.source, one.raw]) for name, one in sorted(row.credits.items())),
        ("state", state),
        ("texts", sorted(row.texts)),
        ("title", row.title),
    ]
    lines = [f"{key} {to_json(value)}\n" for key, value in values if value or key == "item"]
    return f"{row.id}\n{''.join(lines)}"


def _base_json(name: str, base: Base) -> list[str]:
    if base.at_item == base.at_entry:
        return [name, _print_text(base.at_entry, base.at_entry.parts)]
    parts = base.at_item.parts
    is_same = parts and parts == base.at_entry.parts
    at_item = _print_text(base.at_item, ("=",) if is_same else parts)
    return [name, _print_text(base.at_entry, base.at_entry.parts), at_item]


def _print_text(print_: Print, parts: tuple[str, ...]) -> str:
    return " ".join((print_.raw, *parts))


def _origin_json(origin: Origin) -> dict[str, object]:
    value: dict[str, object] = {"item": origin.item, "note": origin.note}
    value |= {name: sorted(getattr(origin, name)) for name in _SETS}
    return {name: part for name, part in value.items() if part}


def read_rows(lines: Iterable[Line]) -> Linked:
    """Read all paragraphs; what is there twice is folded.

    Raises `BadLine` for anything else. Blank lines do not count.
    """
    rows: dict[str, Row] = {}
    shelves: dict[ShelfKey, Shelf] = {}
    bibs = BibsRead()
    acknowledged: dict[AcknowledgedKey, Acknowledged] = {}
    for paragraph in paragraphs_of(lines):
        try:
            if paragraph.head.startswith(BIB):
                bibs.read(paragraph)
            elif paragraph.head.startswith(ACKNOWLEDGED):
                read_acknowledged(paragraph, acknowledged)
            elif paragraph.head.startswith(SHELF):
                _read_shelf(paragraph, shelves)
            else:
                _read_row(paragraph, rows)
        except (ValueError, RecursionError) as error:
            raise BadLine(paragraph.number, f"{paragraph.head}: {error}") from error
    return Linked(rows, shelves, bibs.exported, frozenset(bibs.made), acknowledged)


def _text_of_links(text: object) -> Linked:
    if not isinstance(text, str):
        raise ValueError("it is no text")
    return read_rows(enumerate(text.split("\n"), start=1))


LinksText = Annotated[Linked, PlainValidator(_text_of_links)]
"""What `render_rows` wrote, as a text in the JSON of another file."""


def _read_shelf(paragraph: Paragraph, shelves: dict[ShelfKey, Shelf]) -> None:
    for values in paragraph.variants():
        shelf = _shelf(paragraph.head, values)
        key = (shelf.digest, shelf.path)
        shelves[key] = fold_shelves(shelves[key], shelf) if key in shelves else shelf


def _read_row(paragraph: Paragraph, rows: dict[str, Row]) -> None:
    for values in paragraph.variants():
        row = _row(paragraph.head, values)
        rows[row.id] = fold_rows(rows[row.id], row) if row.id in rows else row


def _shelf(head: str, values: Values) -> Shelf:
    digest, *path = texts_of(read_json(head.removeprefix(SHELF)))
    is_ours = values.get("ours", True)
    name = text_of(values, "name", "")
    collection = key_of(values, "collection")
    return Shelf(DigestKey(digest), tuple(path), collection, is_ours=is_ours is True, name=name)


def _row(row_id: str, values: Values) -> Row:
    bases = {name: _base(value) for name, value in named(values, BASE)}
    apart = frozenset(texts_of(values.get("apart", [])))
    return Row(
        id=row_id,
        digest=source_key(path_of(text_of(values, "digest", ""), "digest")),
        item=key_of(values, "item"),
        note=key_of(values, "note", "") or None,
        identifiers=frozenset(map(_identifier, texts_of(values.get("identifiers", [])))),
        title=text_of(values, "title", ""),
        texts=frozenset(texts_of(values.get("texts", []))),
        headings=texts_of(values.get("headings", [])),
        # A merge of two branches may leave both lines; then the field is diverged, and no base
        # decides it (without a base nothing is overwritten).
        bases={name: base for name, base in bases.items() if name not in apart},
        apart=apart,
        origin=_origin(values.get("origin", {})),
        state=State(text_of(values, "state", State.LINKED.value)),
        key=text_of(values, "key", ""),
        credits={name: _credit(value) for name, value in named(values, SOURCE)},
    )


def _identifier(text: str) -> Identifier:
    scheme, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"{text!r} is no identifier")
    return Identifier(scheme, value)


def _base(value: object) -> Base:
    _, *prints = texts_of(value)
    if len(prints) > 2:
        raise ValueError("a base has two prints at most")
    at_entry = _print(prints[0], ())
    return Base(at_entry, _print(prints[-1], at_entry.parts))


def _print(text: str, same: tuple[str, ...]) -> Print:
    raw, *parts = text.split(" ")
    known = same if parts == ["="] else tuple(parts)
    return Print(fingerprint_of(raw), tuple(map(fingerprint_of, known)))


def _credit(value: object) -> Credit:
    _, source, raw = texts_of(value)
    return Credit(source, fingerprint_of(raw))


def _origin(value: object) -> Origin:
    if not isinstance(value, dict) or not value.keys() <= {"item", "note", *_SETS}:
        raise ValueError("its origin cannot be read")
    sets = {name: frozenset(texts_of(value.get(name, []))) for name in _SETS}
    return Origin(item=value.get("item") is True, note=value.get("note") is True, **sets)


AcknowledgedKey = tuple[str, str]
"""What an acknowledged report is known by: its id and its name."""


def read_acknowledged(paragraph: Paragraph, known: dict[AcknowledgedKey, Acknowledged]) -> None:
    """Take up what a paragraph says; raise `ValueError` if it acknowledges nothing.

    A report that two people acknowledged when it said two things is acknowledged no more.
    """
    id_ = paragraph.head.removeprefix(ACKNOWLEDGED)
    if not ID.fullmatch(id_):
        raise ValueError("an acknowledgement needs an id")
    differing: set[AcknowledgedKey] = set()
    for values in paragraph.variants():
        for name, value in named(values, REPORT):
            one = Acknowledged(
                id_, name, one_print(value, "a report is a name and one fingerprint")
            )
            key = (id_, name)
            if known.setdefault(key, one) != one:
                differing.add(key)
    for key in differing:
        del known[key]


def render_acknowledged(acknowledged: Iterable[Acknowledged]) -> Iterator[str]:
    """Yield a paragraph for each id, sorted."""
    for id_, of_one in groupby(sorted(acknowledged), key=attrgetter("id")):
        lines = (f"report {to_json([one.name, one.print])}\n" for one in of_one)
        yield f"{ACKNOWLEDGED}{id_}\n{''.join(lines)}"


def sorted_acknowledged(
    acknowledged: Mapping[AcknowledgedKey, Acknowledged],
) -> tuple[Acknowledged, ...]:
    """Return them in the order of the lock file."""
    return tuple(acknowledged[key] for key in sorted(acknowledged))
