"""All that a lock file holds, as paragraphs of text, made so that git merges them one by one.

    shelf ["daily/2024-05-13.md","Vision"]           a collection: its digest, the path of headings
    collection "EFGH6789"

    zd-k3v9x2m4qa                                    a row: its id on a line of its own,
    base ["title","1f0c… 9a3b…","77d1… ="]           then a line for each key, sorted; the values
    digest "daily/2024-05-13.md"                     are JSON
    item "ABCD2345"

    bib ["refs.bib"]                                 a file that an export made
    made true

    bib ["refs.bib","ho2020denoising"]               an entry that an export wrote: its file and
    item "ABCD2345"                                  citation key, its item, and a print for each of
    print ["author","1f0c…"]                         its fields; that of "" is of its type

    acknowledged zd-k3v9x2m4qa                       what reports are about: the id of a row, or one
    report ["diverged title","1f0c…"]                made for this; then each report with the print
                                                     of what it says

A print is its raw fingerprint and those of its parts; `=` stands for the parts before it, and the
item's print is left out where it is the entry's. Empty values are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Annotated

from pydantic import PlainValidator

from zoterodigest.core.links.link import (
    Acknowledged,
    Base,
    CollectionRow,
    Exported,
    FieldSource,
    LinkState,
    LockFile,
    LockRow,
    Origin,
    Print,
)
from zoterodigest.core.values.file_keys import BibKey, DigestKey, source_key
from zoterodigest.core.values.identity import Identifier
from zoterodigest.foreign import read_json
from zoterodigest.project.lock.fold import Held, HeldKey, fold, key_of
from zoterodigest.project.lock.paragraphs import (
    ACKNOWLEDGED,
    BIB,
    COLLECTION,
    ID,
    BadLine,
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

_PRINT = re.compile(r"[0-9a-f]{16}(?: =|(?: [0-9a-f]{16})*)")
_SETS = ("attachments", "collections", "fields", "tags")
_LEFT_OUT: tuple[object, ...] = ("", None, (), [], {})


def contents_of(held: Mapping[HeldKey, Held], identity: str = "") -> LockFile:
    """Return what was read, by its kinds."""
    in_order = [held[key] for key in sorted(held)]
    return LockFile(
        identity,
        tuple(one for one in in_order if isinstance(one, LockRow)),
        tuple(one for one in in_order if isinstance(one, CollectionRow)),
        tuple(one for one in in_order if isinstance(one, Exported)),
        frozenset(one for one in in_order if isinstance(one, BibKey)),
        tuple(one for one in in_order if isinstance(one, Acknowledged)),
    )


def render_rows(lock: LockFile) -> str:
    """Return collections, rows, what is in .bib files, then what is acknowledged, each sorted.

    A blank line stands before each paragraph.
    """
    held: list[Held] = [*lock.collection_rows, *lock.rows, *map(BibKey, lock.made)]
    held += (*lock.exported, *lock.acknowledged)
    # Reports about one thing share its paragraph.
    by_head = groupby(map(_paragraph, sorted(held, key=key_of)), key=lambda one: one[0])
    paragraphs = ((head, [line for _, values in some for line in values]) for head, some in by_head)
    return "".join(f"\n{head}\n{''.join(lines)}" for head, lines in paragraphs)


def _paragraph(one: Held) -> tuple[str, list[str]]:
    """Return the first line of a paragraph, and its lines."""
    match one:
        case CollectionRow():
            ours = None if one.is_ours else False
            values = [("collection", one.collection), ("name", one.name), ("ours", ours)]
            return f"{COLLECTION}{to_json([one.digest, *one.path])}", _lines(values)
        case LockRow():
            return one.id, _lines(_row_values(one))
        case BibKey():
            return f"{BIB}{to_json([one])}", _lines([("made", True)])
        case Exported():
            prints = [("print", [name, print_]) for name, print_ in sorted(one.prints.items())]
            head = f"{BIB}{to_json([one.bibliography, one.key])}"
            return head, _lines([("item", one.item), *prints])
        case Acknowledged():
            return f"{ACKNOWLEDGED}{one.id}", _lines([("report", [one.name, one.print])])


def _lines(values: Iterable[tuple[str, object]]) -> list[str]:
    # An item is always named, so that a paragraph that lost its line is refused.
    shown = ((key, value) for key, value in values if value not in _LEFT_OUT or key == "item")
    return [f"{key} {to_json(value)}\n" for key, value in shown]


def _row_values(row: LockRow) -> list[tuple[str, object]]:
    return [
        ("apart", sorted(row.diverged)),
        *(("base", _base_json(name, base)) for name, base in sorted(row.bases.items())),
        ("digest", row.digest),
        ("headings", row.headings),
        ("identifiers", list(map(str, sorted(row.identifiers)))),
        ("item", row.item),
        ("key", row.key),
        ("note", row.note),
        ("origin", _origin_json(row.origin)),
        *(("source", [name, one.source, one.raw]) for name, one in sorted(row.credits.items())),
        ("state", "" if row.state is LinkState.LINKED else row.state.value),
        ("texts", sorted(row.texts)),
        ("title", row.title),
    ]


def _base_json(name: str, base: Base) -> list[str]:
    entry, item = base.at_entry, base.at_item
    parts = ("=",) if item.parts and item.parts == entry.parts else item.parts
    at_item = [] if item == entry else [" ".join((item.raw, *parts))]
    return [name, " ".join((entry.raw, *entry.parts)), *at_item]


def _origin_json(origin: Origin) -> dict[str, object]:
    value: dict[str, object] = {"item": origin.item, "note": origin.note}
    value |= {name: sorted(getattr(origin, name)) for name in _SETS}
    return {name: part for name, part in value.items() if part}


def read_rows(text: str) -> dict[HeldKey, Held]:
    """Read all paragraphs of `text`; what is there twice is folded.

    Raises `BadLine` for anything else. Blank lines do not count.
    """
    found: dict[HeldKey, Held | None] = {}
    for paragraph in paragraphs_of(text):
        try:
            for values in paragraph.variants():
                for one in _held(paragraph.head, values):
                    key = key_of(one)
                    found[key] = fold(found[key], one) if key in found else one
        except BadLine:
            raise
        except (ValueError, RecursionError) as error:
            raise BadLine(paragraph.number, f"{paragraph.head}: {error}") from error
    return {key: one for key, one in found.items() if one is not None}


def _text_of_links(text: object) -> LockFile:
    if not isinstance(text, str):
        raise ValueError("it is no text")
    return contents_of(read_rows(text))


LinksText = Annotated[LockFile, PlainValidator(_text_of_links)]
"""What `render_rows` wrote, as a text in the JSON of another file."""


def _held(head: str, values: Values) -> Iterator[Held]:
    """Yield what a paragraph holds; raise `ValueError` if it can't be read."""
    if head.startswith(BIB):
        yield from _in_bib(head, values)
    elif head.startswith(ACKNOWLEDGED):
        yield from _acknowledged(head.removeprefix(ACKNOWLEDGED), values)
    elif head.startswith(COLLECTION):
        digest, *path = text_list(read_json(head.removeprefix(COLLECTION)))
        key, is_ours = object_key(values, "collection"), values.get("ours", True) is True
        name = paragraph_text(values, "name", "")
        yield CollectionRow(DigestKey(digest), tuple(path), key, is_ours=is_ours, name=name)
    else:
        yield _row(head, values)


def _in_bib(head: str, values: Values) -> Iterator[BibKey | Exported]:
    name, *keys = text_list(read_json(head.removeprefix(BIB)))
    path = BibKey(path_of(name, "bib"))
    match keys:
        case []:
            yield from [path] if values.get("made") is True else []
        case [key] if key:
            reason = "a print is a field and one fingerprint"
            prints = values_by_name(values, "print").items()
            given = {name: one_print(value, reason) for name, value in prints}
            yield Exported(path, key, object_key(values, "item"), given)
        case _:
            raise ValueError("a bib needs a file and at most one citation key")


def _acknowledged(id_: str, values: Values) -> Iterator[Acknowledged]:
    if not ID.fullmatch(id_):
        raise ValueError("an acknowledgement needs an id")
    for name, value in values_by_name(values, "report").items():
        yield Acknowledged(id_, name, one_print(value, "a report is a name and one fingerprint"))


def _row(row_id: str, values: Values) -> LockRow:
    bases = {name: _base(value) for name, value in values_by_name(values, "base").items()}
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
        credits={name: _credit(value) for name, value in values_by_name(values, "source").items()},
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
    return Base(at_entry, _print(prints[1], at_entry.parts) if len(prints) > 1 else at_entry)


def _print(text: str, same: tuple[str, ...]) -> Print:
    raw, *parts = text.split(" ")
    known = same if parts == ["="] else tuple(parts)
    # One pattern for all that a base holds: a call for each print took a fifth of the reading.
    if not _PRINT.fullmatch(text):
        known = tuple(map(fingerprint_of, known))
        raw = fingerprint_of(raw)
    return Print(raw, known)


def _credit(value: object) -> FieldSource:
    _, source, raw = text_list(value)
    return FieldSource(source, fingerprint_of(raw))


def _origin(value: object) -> Origin:
    if not isinstance(value, dict) or not value.keys() <= {"item", "note", *_SETS}:
        raise ValueError("its origin cannot be read")
    sets = {name: frozenset(text_list(value.get(name, []))) for name in _SETS}
    return Origin(item=value.get("item") is True, note=value.get("note") is True, **sets)
