"""Rows and shelves as lines of text, made so that git merges them one by one.

    zd-k3v9x2m4qa                                    a row: its id on a line of its own,
    base ["title","1f0c… 9a3b…","77d1… ="]           then a line for each key, sorted; the values
    digest "daily/2024-05-13.md"                     are JSON
    item "ABCD2345"

    shelf ["daily/2024-05-13.md","Vision"]           a shelf: its digest and the path of headings
    collection "EFGH6789"

A print is its raw fingerprint and those of its parts; `=` stands for the parts before it, and the
item's print is left out where it is the entry's. Empty values are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from zoterodigest.core.identity import Identifier
from zoterodigest.core.link import Base, Origin, Print, Row, Shelf, State
from zoterodigest.project.fold import fold_rows, fold_shelves

Line = tuple[int, str]
"""The 1-based number of a line and its text without the line end."""

ShelfKey = tuple[str, tuple[str, ...]]
"""What a shelf is known by: its digest and its path."""

_Values = Mapping[str, object]

_ID = re.compile(r"[A-Za-z0-9_-]+")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_SHELF = "shelf "
_BASE = "base "
_SHELF_KEYS = ("collection", "name", "ours")
_ROW_KEYS = (
    "digest",
    "headings",
    "identifiers",
    "item",
    "note",
    "origin",
    "state",
    "texts",
    "title",
)
_KEYS = frozenset(("apart", "base", *_ROW_KEYS, *_SHELF_KEYS))
_SETS = ("attachments", "collections", "fields", "tags")


class BadLine(ValueError):
    """Line `number` is no line of a lock file, for `reason`; `hint` may say what to do."""

    def __init__(self, number: int, reason: str, hint: str = "") -> None:
        super().__init__(f"line {number}: {reason}")
        self.number = number
        self.reason = reason
        self.hint = hint


def render_rows(rows: Iterable[Row], shelves: Iterable[Shelf]) -> str:
    """Return shelves, then rows, sorted, a blank line before each."""
    paragraphs = [
        _render_shelf(shelf) for shelf in sorted(shelves, key=lambda s: (s.digest, s.path))
    ]
    paragraphs += [_render_row(row) for row in sorted(rows, key=lambda row: row.id)]
    return "".join(f"\n{paragraph}" for paragraph in paragraphs)


def _render_shelf(shelf: Shelf) -> str:
    lines = [
        f"{_SHELF}{to_json([shelf.digest, *shelf.path])}\n",
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
        ("note", row.note),
        ("origin", _origin_json(row.origin)),
        ("state", state),
        ("texts", sorted(row.texts)),
        ("title", row.title),
    ]
    lines = [f"{key} {to_json(value)}\n" for key, value in values if value or key == "item"]
    return f"{row.id}\n{''.join(lines)}"


def to_json(value: object) -> str:
    """Return `value` as JSON on one line; a text that is not all printable is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text if text.isprintable() else json.dumps(value, separators=(",", ":"), sort_keys=True)


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


def read_rows(lines: Iterable[Line]) -> tuple[dict[str, Row], dict[ShelfKey, Shelf]]:
    """Read rows by id and shelves by digest and path; what is there twice is folded.

    Raises `BadLine` for anything that is not a row or a shelf. Blank lines do not count.
    """
    rows: dict[str, Row] = {}
    shelves: dict[ShelfKey, Shelf] = {}
    for paragraph in _paragraphs(lines):
        for values in paragraph.variants():
            try:
                if paragraph.head.startswith(_SHELF):
                    shelf = _shelf(paragraph.head, values)
                    key = (shelf.digest, shelf.path)
                    shelves[key] = fold_shelves(shelves[key], shelf) if key in shelves else shelf
                else:
                    row = _row(paragraph.head, values)
                    rows[row.id] = fold_rows(rows[row.id], row) if row.id in rows else row
            except (ValueError, RecursionError) as error:
                raise BadLine(paragraph.number, f"{paragraph.head}: {error}") from error
    return rows, shelves


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """One row or shelf as it stands: its first line, and the values given for each key."""

    number: int
    head: str
    values: dict[str, list[object]] = field(default_factory=dict)

    def variants(self) -> Iterator[_Values]:
        """Yield its values; where a key is given twice, once with each of its values.

        A person who ends a merge conflict by keeping both sides leaves such doubled lines.
        """
        for turn in range(max(map(len, self.values.values()), default=1)):
            yield {key: given[min(turn, len(given) - 1)] for key, given in self.values.items()}


def _paragraphs(lines: Iterable[Line]) -> list[_Paragraph]:
    paragraphs: list[_Paragraph] = []
    for number, line in lines:
        key, blank, text = line.partition(" ")
        if _ID.fullmatch(line) or line.startswith(_SHELF):
            paragraphs.append(_Paragraph(number, line))
        elif line and not (paragraphs and blank and key in _KEYS):
            raise BadLine(number, f"{line[:40]!r} has no place here")
        elif line:
            value = _json(number, text)
            name = f"{_BASE}{_base_name(number, value)}" if key == "base" else key
            paragraphs[-1].values.setdefault(name, []).append(value)
    return paragraphs


def _json(number: int, text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadLine(number, f"{text[:40]!r} is no JSON") from error
    return value


def _base_name(number: int, value: object) -> str:
    match value:
        case [str(name), str(), *_]:
            return name
        case _:
            raise BadLine(number, "a base needs a field and its prints")


def _shelf(head: str, values: _Values) -> Shelf:
    digest, *path = _texts(json.loads(head.removeprefix(_SHELF)))
    is_ours = values.get("ours", True)
    name = _text(values, "name", "")
    collection = _key(values, "collection")
    return Shelf(digest, tuple(path), collection, is_ours=is_ours is True, name=name)


def _row(row_id: str, values: _Values) -> Row:
    bases = {key.removeprefix(_BASE): _base(value) for key, value in _given(values, _BASE)}
    apart = frozenset(_texts(values.get("apart", [])))
    return Row(
        id=row_id,
        digest=_path(values, "digest"),
        item=_key(values, "item"),
        note=_key(values, "note", "") or None,
        identifiers=frozenset(map(_identifier, _texts(values.get("identifiers", [])))),
        title=_text(values, "title", ""),
        texts=frozenset(_texts(values.get("texts", []))),
        headings=_texts(values.get("headings", [])),
        bases={name: base for name, base in bases.items() if name not in apart},
        apart=apart,
        origin=_origin(values.get("origin", {})),
        state=State(_text(values, "state", State.LINKED.value)),
    )


def _given(values: _Values, prefix: str) -> list[tuple[str, object]]:
    return [(key, value) for key, value in values.items() if key.startswith(prefix)]


def _text(values: _Values, key: str, default: str | None = None) -> str:
    value = values.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"its {key} is missing" if value is None else f"its {key} is no text")
    return value


def _key(values: _Values, name: str, default: str | None = None) -> str:
    """Return the key of an object of the library; empty where there is none."""
    key = _text(values, name, default)
    if key and not _ID.fullmatch(key):
        raise ValueError(f"{to_json(key)[:40]} is no key")
    return key


def _path(values: _Values, name: str) -> str:
    path = _text(values, name, "")
    if "\0" in path:
        raise ValueError(f"its {name} is no path")
    return path


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f"{to_json(value)[:40]} is no list of texts")
    return tuple(value)


def _identifier(text: str) -> Identifier:
    scheme, colon, value = text.partition(":")
    if not colon:
        raise ValueError(f"{text!r} is no identifier")
    return Identifier(scheme, value)


def _base(value: object) -> Base:
    _, *prints = _texts(value)
    if len(prints) > 2:
        raise ValueError("a base has two prints at most")
    at_entry = _print(prints[0], ())
    return Base(at_entry, _print(prints[-1], at_entry.parts))


def _print(text: str, same: tuple[str, ...]) -> Print:
    raw, *parts = text.split(" ")
    known = same if parts == ["="] else tuple(parts)
    for part in (raw, *known):
        if not _FINGERPRINT.fullmatch(part):
            raise ValueError(f"{part[:40]!r} is no fingerprint")
    return Print(raw, known)


def _origin(value: object) -> Origin:
    if not isinstance(value, dict) or not value.keys() <= {"item", "note", *_SETS}:
        raise ValueError("its origin cannot be read")
    sets = {name: frozenset(_texts(value.get(name, []))) for name in _SETS}
    return Origin(item=value.get("item") is True, note=value.get("note") is True, **sets)
