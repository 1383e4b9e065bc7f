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
    CollectionRow,
    CollectionRowKey,
    Exported,
    FieldSource,
    LinkState,
    LockRow,
    Origin,
    Print,
)
from zoterodigest.core.reconcile.acknowledging import Acknowledged
from zoterodigest.core.values.file_keys import DigestKey, source_key
from zoterodigest.core.values.identity import Identifier
from zoterodigest.foreign import read_json
from zoterodigest.project.lock.bib_text import BibsRead, ExportedKey, render_bibs
from zoterodigest.project.lock.fold import fold_collection_rows, fold_rows
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
    LockParagraph,
    Values,
    fingerprint_of,
    object_key,
    one_print,
    paragraph_text,
    paragraphs_of,
    path_of,
    text_list,
    to_json,
    values_by_name,
)

_SETS = ("attachments", "collections", "fields", "tags")


@dataclass(frozen=True, slots=True)
class LockContents:
    """What the paragraphs of a lock file say: rows by id, shelves by digest and path, entries of
    .bib files by file and citation key, the .bib files that exports made, and the reports that a
    person acknowledged.
    """

    rows: Mapping[str, LockRow] = field(default_factory=dict)
    collection_rows: Mapping[CollectionRowKey, CollectionRow] = field(default_factory=dict)
    exported: Mapping[ExportedKey, Exported] = field(default_factory=dict)
    made: frozenset[str] = frozenset()
    acknowledged: Mapping[AcknowledgedKey, Acknowledged] = field(default_factory=dict)


def render_rows(
    rows: Iterable[LockRow],
    collection_rows: Iterable[CollectionRow] = (),
    exported: Iterable[Exported] = (),
    made: Iterable[str] = (),
    acknowledged: Iterable[Acknowledged] = (),
) -> str:
    """Return shelves, rows, what stands in .bib files, then what is acknowledged, each sorted, a
    blank line before each.
    """
    paragraphs = [
        _render_shelf(row) for row in sorted(collection_rows, key=lambda s: (s.digest, s.path))
    ]
    paragraphs += [_render_row(row) for row in sorted(rows, key=lambda row: row.id)]
    paragraphs += render_bibs(exported, made)
    paragraphs += render_acknowledged(acknowledged)
    return "".join(f"\n{paragraph}" for paragraph in paragraphs)


def _render_shelf(row: CollectionRow) -> str:
    lines = [
        f"{SHELF}{to_json([row.digest, *row.path])}\n",
        f"collection {to_json(row.collection)}\n",
        f"name {to_json(row.name)}\n" if row.name else "",
        "" if row.is_ours else "ours false\n",
    ]
    return "".join(lines)


def _render_row(row: LockRow) -> str:
    state = "" if row.state is LinkState.LINKED else row.state.value
    values: list[tuple[str, object]] = [
        ("apart", sorted(row.diverged)),
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


def read_rows(lines: Iterable[Line]) -> LockContents:
    """Read all paragraphs; what is there twice is folded.

    Raises `BadLine` for anything else. Blank lines do not count.
    """
    rows: dict[str, LockRow] = {}
    collection_rows: dict[CollectionRowKey, CollectionRow] = {}
    bibs = BibsRead()
    acknowledged: dict[AcknowledgedKey, Acknowledged] = {}
    for paragraph in paragraphs_of(lines):
        try:
            if paragraph.head.startswith(BIB):
                bibs.read(paragraph)
            elif paragraph.head.startswith(ACKNOWLEDGED):
                read_acknowledged(paragraph, acknowledged)
            elif paragraph.head.startswith(SHELF):
                _read_shelf(paragraph, collection_rows)
            else:
                _read_row(paragraph, rows)
        except (ValueError, RecursionError) as error:
            raise BadLine(paragraph.number, f"{paragraph.head}: {error}") from error
    return LockContents(rows, collection_rows, bibs.exported, frozenset(bibs.made), acknowledged)


def _text_of_links(text: object) -> LockContents:
    if not isinstance(text, str):
        raise ValueError("it is no text")
    return read_rows(enumerate(text.split("\n"), start=1))


LinksText = Annotated[LockContents, PlainValidator(_text_of_links)]
"""What `render_rows` wrote, as a text in the JSON of another file."""


def _read_shelf(
    paragraph: LockParagraph, collection_rows: dict[CollectionRowKey, CollectionRow]
) -> None:
    for values in paragraph.variants():
        row = _shelf(paragraph.head, values)
        key = (row.digest, row.path)
        collection_rows[key] = (
            fold_collection_rows(collection_rows[key], row) if key in collection_rows else row
        )


def _read_row(paragraph: LockParagraph, rows: dict[str, LockRow]) -> None:
    for values in paragraph.variants():
        row = _row(paragraph.head, values)
        rows[row.id] = fold_rows(rows[row.id], row) if row.id in rows else row


def _shelf(head: str, values: Values) -> CollectionRow:
    digest, *path = text_list(read_json(head.removeprefix(SHELF)))
    is_ours = values.get("ours", True)
    name = paragraph_text(values, "name", "")
    collection = object_key(values, "collection")
    return CollectionRow(
        DigestKey(digest), tuple(path), collection, is_ours=is_ours is True, name=name
    )


def _row(row_id: str, values: Values) -> LockRow:
    bases = {name: _base(value) for name, value in values_by_name(values, BASE)}
    diverged = frozenset(text_list(values.get("apart", [])))
    return LockRow(
        id=row_id,
        digest=source_key(path_of(paragraph_text(values, "digest", ""), "digest")),
        item=object_key(values, "item"),
        note=object_key(values, "note", "") or None,
        identifiers=frozenset(map(_identifier, text_list(values.get("identifiers", [])))),
        title=paragraph_text(values, "title", ""),
        texts=frozenset(text_list(values.get("texts", []))),
        headings=text_list(values.get("headings", [])),
        # A merge of two branches may leave both lines; then the field is diverged, and no base
        # decides it (without a base nothing is overwritten).
        bases={name: base for name, base in bases.items() if name not in diverged},
        diverged=diverged,
        origin=_origin(values.get("origin", {})),
        state=LinkState(paragraph_text(values, "state", LinkState.LINKED.value)),
        key=paragraph_text(values, "key", ""),
        credits={name: _credit(value) for name, value in values_by_name(values, SOURCE)},
    )


def _identifier(text: str) -> Identifier:
    scheme, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"{text!r} is no identifier")
    return Identifier(scheme, value)


def _base(value: object) -> Base:
    _, *prints = text_list(value)
    if len(prints) > 2:
        raise ValueError("a base has two prints at most")
    at_entry = _print(prints[0], ())
    return Base(at_entry, _print(prints[-1], at_entry.parts))


def _print(text: str, same: tuple[str, ...]) -> Print:
    raw, *parts = text.split(" ")
    known = same if parts == ["="] else tuple(parts)
    return Print(fingerprint_of(raw), tuple(map(fingerprint_of, known)))


def _credit(value: object) -> FieldSource:
    _, source, raw = text_list(value)
    return FieldSource(source, fingerprint_of(raw))


def _origin(value: object) -> Origin:
    if not isinstance(value, dict) or not value.keys() <= {"item", "note", *_SETS}:
        raise ValueError("its origin cannot be read")
    sets = {name: frozenset(text_list(value.get(name, []))) for name in _SETS}
    return Origin(item=value.get("item") is True, note=value.get("note") is True, **sets)


AcknowledgedKey = tuple[str, str]
"""What an acknowledged report is known by: its id and its name."""


def read_acknowledged(paragraph: LockParagraph, known: dict[AcknowledgedKey, Acknowledged]) -> None:
    """Take up what a paragraph says; raise `ValueError` if it acknowledges nothing.

    A report that two people acknowledged when it said two things is acknowledged no more.
    """
    id_ = paragraph.head.removeprefix(ACKNOWLEDGED)
    if not ID.fullmatch(id_):
        raise ValueError("an acknowledgement needs an id")
    differing: set[AcknowledgedKey] = set()
    for values in paragraph.variants():
        for name, value in values_by_name(values, REPORT):
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
