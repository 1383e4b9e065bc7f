"""Rows of lock files of version 1, which earlier versions wrote: they are read, and never written.

Each line is a key and one JSON value:

    shelf ["daily/2024-05-13.md","Vision"]           a collection: its digest, the path of headings
    collection "EFGH6789"

    zd-k3v9x2m4qa                                    a row
    base ["title","1f0c… 9a3b…","77d1… ="]
    digest "daily/2024-05-13.md"
    item "ABCD2345"

    bib ["refs.bib"]                                 a file that an export made
    made true

    bib ["refs.bib","ho2020denoising"]               an entry that an export wrote
    item "ABCD2345"
    print ["author","1f0c…"]

    acknowledged zd-k3v9x2m4qa                       what reports are about
    report ["diverged title","1f0c…"]

A print is its raw fingerprint and those of its parts, of 64 bits in hexadecimal digits; `=` stands
for the parts before it, and the item's print is left out where it is the entry's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from zoterodigest.core.links.link import (
    Acknowledged,
    Base,
    CollectionRow,
    Exported,
    FieldSource,
    LinkState,
    LockRow,
    Origin,
    Print,
    fingerprint_of_hex,
)
from zoterodigest.core.values.file_keys import BibKey, DigestKey, source_key
from zoterodigest.foreign import BadJson, read_json
from zoterodigest.project.lock.fold import Held
from zoterodigest.project.lock.paragraphs import (
    ACKNOWLEDGED,
    BIB,
    ByName,
    GivenValue,
    LockParagraph,
    object_key,
    path_of,
    row_id,
    variants,
    written_identifier,
)
from zoterodigest.regex import lazy_regex

LINE = lazy_regex(r'(?:[a-z]+ ["\[{]|(?:made|ours) )')
"""How lines of this version begin. None of version 2 does: git never takes two for one line."""

_LENGTH, _DIGITS = 16, "0123456789abcdef"
"""Of a fingerprint."""
_COLLECTION = "shelf "
_SETS = ("attachments", "collections", "fields", "tags")
_NAMED = frozenset({"base", "print", "report", "source"})
"""Keys that a paragraph may have several times, each with the name of a field or report."""
_KEYS = frozenset(
    {"apart", "base", "collection", "digest", "headings", "identifiers", "item", "key", "made"}
    | {"name", "note", "origin", "ours", "print", "report", "source", "state", "texts", "title"}
)

_Values = ByName[object]


def held_by_version1(paragraph: LockParagraph) -> Iterator[Held]:
    """Yield what a paragraph holds, doubled lines as variants; raise `ValueError` if it is bad."""
    for values in variants(paragraph.given(_given)):
        yield from _held(paragraph.head, values)


def _given(lines: Sequence[str]) -> list[GivenValue[object]]:
    parts = [line.partition(" ") for line in lines]
    for part in parts:
        if not part[1] or part[0] not in _KEYS:
            raise ValueError(f"{''.join(part)[:40]!r} has no place here")
    values = _json([text for _, _, text in parts])
    named = zip((key for key, _, _ in parts), values, strict=True)
    return [(key, _name(key, value) if key in _NAMED else "", value) for key, value in named]


def _json(texts: Sequence[str]) -> Sequence[object]:
    """Return the values of JSON texts, each of which must be JSON by itself."""
    try:
        # Zeros between the texts: two broken ones could otherwise be valid JSON together.
        found = read_json(f"[{',0,'.join(texts)}]")
    except BadJson as error:
        raise ValueError(f"{texts[0][:40]!r} is no JSON") from error
    if len(found) != max(2 * len(texts) - 1, 0) or any(found[1::2]):
        raise ValueError(f"{texts[0][:40]!r} is no JSON")
    values: Sequence[object] = found[::2]
    return values


def _name(key: str, value: object) -> str:
    match value:
        case [str(name), str(), *_]:
            return name
        case _:
            raise ValueError(f"a {key} needs a field and its prints")


def _held(head: str, values: _Values) -> Iterator[Held]:
    if head.startswith(BIB):
        yield from _in_bib(head, values)
    elif head.startswith(ACKNOWLEDGED):
        id_ = row_id(head.removeprefix(ACKNOWLEDGED))
        for name, value in _by_name(values, "report").items():
            yield Acknowledged(id_, name, _one_print(value, "report"))
    elif head.startswith(_COLLECTION):
        digest, *path = _texts(read_json(head.removeprefix(_COLLECTION)))
        key, is_ours = _key(values, "collection"), values.get(("ours", ""), True) is True
        name = _text(values, "name", "")
        yield CollectionRow(DigestKey(digest), tuple(path), key, is_ours=is_ours, name=name)
    else:
        yield _row(row_id(head), values)


def _in_bib(head: str, values: _Values) -> Iterator[BibKey | Exported]:
    name, *keys = _texts(read_json(head.removeprefix(BIB)))
    path = BibKey(path_of(name, "bib"))
    match keys:
        case []:
            yield from [path] if values.get(("made", "")) is True else []
        case [key] if key:
            prints = _by_name(values, "print").items()
            given = {name: _one_print(value, "print") for name, value in prints}
            yield Exported(path, key, _key(values, "item"), given)
        case _:
            raise ValueError("a bib needs a file and at most one citation key")


def _row(id_: str, values: _Values) -> LockRow:
    bases = {name: _base(value) for name, value in _by_name(values, "base").items()}
    diverged = frozenset(_list(values, "apart"))
    return LockRow(
        id=id_,
        digest=source_key(path_of(_text(values, "digest", ""), "digest")),
        item=_key(values, "item"),
        note=_key(values, "note", "") or None,
        identifiers=frozenset(map(written_identifier, _list(values, "identifiers"))),
        title=_optional(_text(values, "title", "")),
        texts=frozenset(map(_cut, _list(values, "texts"))),
        headings=tuple(map(_cut, _list(values, "headings"))),
        # A merge of two branches may leave both lines; then the field is diverged, and no base
        # decides it (without a base nothing is overwritten).
        bases={name: base for name, base in bases.items() if name not in diverged},
        diverged=diverged,
        origin=_origin(values.get(("origin", ""), {})),
        state=LinkState(_text(values, "state", LinkState.LINKED.value)),
        key=_optional(_text(values, "key", "")),
        credits={name: _credit(value) for name, value in _by_name(values, "source").items()},
    )


def _base(value: object) -> Base:
    _, *prints = _texts(value)
    if len(prints) > 2:
        raise ValueError("a base has two prints at most")
    at_entry = _print(prints[0], ())
    return Base(at_entry, _print(prints[1], at_entry.parts) if len(prints) > 1 else at_entry)


def _print(text: str, same: tuple[str, ...]) -> Print:
    raw, *parts = text.split(" ")
    return Print(_cut(raw), same if parts == ["="] else tuple(map(_cut, parts)))


def _credit(value: object) -> FieldSource:
    _, source, raw = _texts(value)
    return FieldSource(source, _cut(raw))


def _origin(value: object) -> Origin:
    if not isinstance(value, dict) or not value.keys() <= {"item", "note", *_SETS}:
        raise ValueError("its origin cannot be read")
    sets = {name: frozenset(_texts(value.get(name, []))) for name in _SETS}
    return Origin(item=value.get("item") is True, note=value.get("note") is True, **sets)


# --- values, each read or refused with a `ValueError` --------------------------------------------


def _by_name(values: _Values, wanted: str) -> Mapping[str, object]:
    return {name: value for (key, name), value in values.items() if key == wanted}


def _text(values: _Values, key: str, default: str | None = None) -> str:
    value = values.get((key, ""), default)
    if not isinstance(value, str):
        raise ValueError(f"its {key} is missing" if value is None else f"its {key} is no text")
    return value


def _key(values: _Values, name: str, default: str | None = None) -> str:
    return object_key(_text(values, name, default))


def _list(values: _Values, key: str) -> tuple[str, ...]:
    return _texts(values.get((key, ""), []))


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not set(map(type, value)) <= {str}:
        raise ValueError(f"{str(value)[:40]!r} is no list of texts")
    return tuple(value)


def _one_print(value: object, key: str) -> str:
    _, *prints = _texts(value)
    if len(prints) != 1:
        raise ValueError(f"a {key} is a name and one fingerprint")
    return _cut(prints[0])


def _optional(text: str) -> str:
    return _cut(text) if text else ""


# Kept: most texts are their own canonical form, so a fingerprint is given twice.
@lru_cache(maxsize=50_000)
def _cut(digits: str) -> str:
    if len(digits) != _LENGTH or digits.strip(_DIGITS):  # a pattern is slower
        raise ValueError(f"{digits[:40]!r} is no fingerprint")
    return fingerprint_of_hex(digits)
