"""Lock files as version 1 wrote them, to test that they are read.

Fingerprints had 64 bits, in hexadecimal digits: some end is put behind the 48 bits of today.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby

from zoterodigest.core.links.link import (
    Acknowledged,
    Base,
    CollectionRow,
    Exported,
    LinkState,
    LockFile,
    LockRow,
    Origin,
    Print,
    hex_of_fingerprint,
)
from zoterodigest.core.values.file_keys import BibKey
from zoterodigest.project.lock.fold import Held, key_of
from zoterodigest.project.lock.lock import HEADER

_LEFT_OUT: tuple[object, ...] = ("", None, (), [], {})


def render_version1(lock: LockFile) -> bytes:
    """Return the bytes that an earlier version wrote for `lock`."""
    header = HEADER.format(version=1, identity=_json(lock.identity))
    held: list[Held] = [*lock.collection_rows, *lock.rows, *map(BibKey, lock.made)]
    held += (*lock.exported, *lock.acknowledged)
    by_head = groupby(map(_paragraph, sorted(held, key=key_of)), key=lambda one: one[0])
    paragraphs = [(head, [line for _, lines in some for line in lines]) for head, some in by_head]
    text = "".join(f"\n{head}\n{''.join(lines)}" for head, lines in paragraphs)
    return (header + text).encode()


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if text.isprintable():
        return text
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _paragraph(one: Held) -> tuple[str, list[str]]:
    match one:
        case CollectionRow():
            ours = None if one.is_ours else False
            values = [("collection", one.collection), ("name", one.name), ("ours", ours)]
            return f"shelf {_json([one.digest, *one.path])}", _lines(values)
        case LockRow():
            return one.id, _lines(_row_values(one))
        case BibKey():
            return f"bib {_json([one])}", _lines([("made", True)])
        case Exported():
            prints = [("print", [name, _hex(text)]) for name, text in sorted(one.prints.items())]
            head = f"bib {_json([one.bibliography, one.key])}"
            return head, _lines([("item", one.item), *prints])
        case Acknowledged():
            return f"acknowledged {one.id}", _lines([("report", [one.name, _hex(one.print)])])


def _lines(values: Iterable[tuple[str, object]]) -> list[str]:
    shown = ((key, value) for key, value in values if value not in _LEFT_OUT or key == "item")
    return [f"{key} {_json(value)}\n" for key, value in shown]


def _row_values(row: LockRow) -> list[tuple[str, object]]:
    credits = sorted(row.credits.items())
    return [
        ("apart", sorted(row.diverged)),
        *(("base", _base(name, base)) for name, base in sorted(row.bases.items())),
        ("digest", row.digest),
        ("headings", list(map(_hex, row.headings))),
        ("identifiers", list(map(str, sorted(row.identifiers)))),
        ("item", row.item),
        ("key", row.key and _hex(row.key)),
        ("note", row.note),
        ("origin", _origin(row.origin)),
        *(("source", [name, credit.source, _hex(credit.raw)]) for name, credit in credits),
        ("state", "" if row.state is LinkState.LINKED else row.state.value),
        ("texts", sorted(map(_hex, row.texts))),
        ("title", row.title and _hex(row.title)),
    ]


def _base(name: str, base: Base) -> list[str]:
    entry, item = base.at_entry, base.at_item
    is_same = bool(item.parts) and item.parts == entry.parts
    at_item = f"{_hex(item.raw)} =" if is_same else _print(item)
    return [name, _print(entry), *([] if item == entry else [at_item])]


def _print(one: Print) -> str:
    return " ".join(map(_hex, (one.raw, *one.parts)))


def _hex(print_: str) -> str:
    return f"{hex_of_fingerprint(print_)}beef"


def _origin(origin: Origin) -> dict[str, object]:
    sets = ("attachments", "collections", "fields", "tags")
    value: dict[str, object] = {"item": origin.item, "note": origin.note}
    value |= {name: sorted(getattr(origin, name)) for name in sets}
    return {name: part for name, part in value.items() if part}
