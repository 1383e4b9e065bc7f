"""Rows of lock files of version 2: how they are written, and read.

    collection daily/2024-05-13.md Vision            a collection: its digest, the path of headings
    key EFGH6789 created

    zd-k3v9x2m4qa                                    a row: its id on a line of its own,
    digest daily/2024-05-13.md dFOoNAe-              then its digest, prints of its headings,
    item ABCD2345 created                            its item,
    match cCS66YQ3                                   the print of its match title,
    annotation KLMN2345 a3Bd_91x 0pQrs-2u            an annotation as it was written into the entry,
    title: a3Bd_91x 0pQrs-2u =                       and a base for each field

    bib refs.bib                                     a file that an export made

    bib refs.bib ho2020denoising                     an entry that an export wrote: its file and
    item ABCD2345                                    citation key, its item, and a print for each of
    author: a3Bd_91x                                 its fields; that of `%` is of its type

    acknowledged zd-k3v9x2m4qa                       what reports are about: the id of a row, or one
    report diverged%20title a3Bd_91x                 made for this; then each report with the print
                                                     of what it says

`created` says that zoterodigest made it. `project/lock/words.py` says how texts and bases are
written. Empty values are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from zoterodigest.core.links.link import (
    Acknowledged,
    Base,
    CollectionRow,
    Exported,
    FieldSource,
    LinkState,
    LockRow,
    Origin,
)
from zoterodigest.core.values.annotation import WrittenBlock
from zoterodigest.core.values.file_keys import BibKey, DigestKey, source_key
from zoterodigest.core.values.record import is_field
from zoterodigest.project.lock.fold import Held
from zoterodigest.project.lock.paragraphs import (
    ACKNOWLEDGED,
    BIB,
    COLLECTION,
    ByName,
    GivenValue,
    LockParagraph,
    object_key,
    path_of,
    row_id,
    variants,
    written_identifier,
)
from zoterodigest.project.lock.words import (
    base_in,
    base_words,
    fingerprint_in,
    fingerprints_in,
    marked_in,
    text_of,
    texts_in,
    word,
)

_SETS = ("attachments", "collections", "fields", "tags")
_NAMED = frozenset({"annotation", "report", "source"})
"""Keys that a paragraph may have several times, each with the name of a field, report or object."""
_KEYS = frozenset(
    {*_SETS, "citekey", "digest", "diverged", "identifiers", "item", "key", "match", "name", "note"}
    | {"state", "texts"}
)
_FIELD = ":"
"""Behind the name of a field, in place of a key."""
_CREATED = "created"

_Values = ByName[str]


def paragraph_parts(one: Held) -> tuple[str, list[str]]:
    """Return the first line of the paragraph of `one`, and its other lines with their ends."""
    match one:
        case CollectionRow():
            key = _object("key", one.collection, is_created=one.is_ours)
            name = [_line("name", [word(one.name)])] if one.name else []
            return COLLECTION + _words([one.digest, *one.path]), [key, *name]
        case LockRow():
            return one.id, list(_row_lines(one))
        case BibKey():
            return BIB + word(one), []
        case Exported():
            prints = (f"{word(name)}: {print_}\n" for name, print_ in sorted(one.prints.items()))
            return BIB + _words([one.bibliography, one.key]), [_object("item", one.item), *prints]
        case Acknowledged():
            return ACKNOWLEDGED + one.id, [_line("report", [word(one.name), one.print])]


def _row_lines(row: LockRow) -> Iterator[str]:
    yield _line("digest", [word(row.digest), *row.headings])
    if row.identifiers:
        yield f"identifiers {_words(map(str, sorted(row.identifiers)))}\n"
    yield _object("item", row.item, is_created=row.origin.item)
    if row.note or row.origin.note:
        yield _object("note", row.note or "", is_created=row.origin.note)
    for name in _SETS:
        if members := getattr(row.origin, name):
            yield f"{name} {_words(sorted(members))}\n"
    if not row.is_linked:
        yield f"state {row.state.value}\n"
    if row.diverged:
        yield f"diverged {_words(sorted(row.diverged))}\n"
    if row.title:
        yield f"match {row.title}\n"
    if row.key:
        yield f"citekey {row.key}\n"
    if others := row.texts.difference(*map(_parts, row.bases.values())):
        yield _line("texts", sorted(others))
    for name, credit in sorted(row.credits.items()):
        yield _line("source", [word(name), word(credit.source), credit.raw])
    for key, written in sorted(row.annotations.items()):
        yield _line("annotation", [word(key), written.block, written.source])
    for name, base in sorted(row.bases.items()):
        yield f"{word(name)}: {base_words(base, row.texts)}\n"


def _parts(base: Base) -> Sequence[str]:
    """Return the parts of a base: those of a long text have a star there (7 % of the file)."""
    return *base.at_entry.parts, *base.at_item.parts


def _line(key: str, words: Iterable[str]) -> str:
    return f"{key} {' '.join(words)}\n"


def _words(texts: Iterable[str]) -> str:
    return " ".join(map(word, texts))


def _object(name: str, key: str, *, is_created: bool = False) -> str:
    # An item is always named, so that a paragraph that lost its line is refused.
    return _line(name, [word(key), _CREATED] if is_created else [word(key)])


def held_by_version2(paragraph: LockParagraph) -> Iterator[Held]:
    """Yield what a paragraph holds, doubled lines as variants; raise `ValueError` if it is bad."""
    try:
        for values in variants(paragraph.given(_given)):
            yield from _held(paragraph.head, values)
    except ValueError:
        # If one line is wrong, the error names it. Otherwise it names the paragraph's first line.
        paragraph.given(_checked)
        raise


def _given(lines: Iterable[str]) -> list[GivenValue[str]]:
    return [_of_line(line) for line in lines]


def _checked(lines: Iterable[str]) -> list[GivenValue[str]]:
    """Return what lines give if each one's value can be read by itself."""
    given = _given(lines)
    for key, _, text in given:
        if key in _READERS:
            _READERS[key](text)
    return given


def _of_line(line: str) -> GivenValue[str]:
    key, _, rest = line.partition(" ")
    if key.endswith(_FIELD):
        return _FIELD, text_of(key[:-1]), rest
    if key in _NAMED:
        name, _, rest = rest.partition(" ")
        return key, text_of(name), rest
    if key not in _KEYS or not rest:
        raise ValueError(f"{line[:40]!r} has no place here")
    return key, "", rest


def _held(head: str, values: _Values) -> Iterator[Held]:
    if head.startswith(BIB):
        yield _in_bib(head, values)
    elif head.startswith(ACKNOWLEDGED):
        id_ = row_id(head.removeprefix(ACKNOWLEDGED))
        for (key, name), text in values.items():
            if key == "report":
                yield Acknowledged(id_, name, fingerprint_in(text))
    elif head.startswith(COLLECTION):
        digest, *path = texts_in(head.removeprefix(COLLECTION))
        collection, is_ours = _object_in(_given_for(values, "key"))
        name = text_of(values.get(("name", ""), ""))
        yield CollectionRow(DigestKey(digest), tuple(path), collection, is_ours=is_ours, name=name)
    else:
        yield _row(row_id(head), values)


def _in_bib(head: str, values: _Values) -> BibKey | Exported:
    name, *keys = texts_in(head.removeprefix(BIB))
    path = BibKey(path_of(name, "bib"))
    match keys:
        case []:
            return path
        case [key] if key:
            return Exported(path, key, _object_in(_given_for(values, "item"))[0], _prints(values))
        case _:
            raise ValueError("a bib needs a file and at most one citation key")


def _prints(values: _Values) -> dict[str, str]:
    """Return the prints of an entry; none if a merge by git put lines of a link below it."""
    texts = {name: text for (key, name), text in values.items() if key == _FIELD}
    if any(key not in (_FIELD, "item") for key, _ in values):
        return {}
    try:
        return {name: fingerprint_in(text) for name, text in texts.items()}
    except ValueError:
        for text in texts.values():
            base_in(text)
        return {}


def _row(id_: str, values: _Values) -> LockRow:
    digest, _, headings = _given_for(values, "digest").partition(" ")
    source = source_key(path_of(text_of(digest), "digest"))
    item, is_ours = _object_in(_given_for(values, "item"))
    note, has_our_note = _object_in(values.get(("note", ""), "%"))
    diverged = _set(values, "diverged")
    bases, credits, marked = dict[str, Base](), dict[str, FieldSource](), list[str]()
    annotations = dict[str, WrittenBlock]()
    for (key, name), text in values.items():
        if key == _FIELD:
            bases[name] = base_in(text)
            marked += marked_in(text)
        elif key == "source":
            credits[name] = _credit(text)
        elif key == "annotation":
            annotations[object_key(name)] = _written(text)
    # A merge by git may put the lines of a .bib entry below a row: their prints are no bases.
    if not all(map(is_field, bases)):
        # Without a base, an export overwrites what an export wrote, unless the field has diverged.
        diverged |= frozenset(filter(is_field, bases)) if source.is_bib else _NOTHING
        bases = {}
    return LockRow(
        id=id_,
        digest=source,
        item=item,
        note=note or None,
        identifiers=frozenset(map(written_identifier, _set(values, "identifiers"))),
        title=_print(values, "match"),
        texts=frozenset((*marked, *map(fingerprint_in, _set(values, "texts")))) or _NOTHING,
        headings=fingerprints_in(headings),
        # A merge of two branches may leave both lines; then the field is diverged, and no base
        # decides it (without a base nothing is overwritten).
        bases={name: base for name, base in bases.items() if name not in diverged},
        diverged=diverged,
        origin=Origin(
            item=is_ours,
            note=has_our_note,
            **{name: _set(values, name) for name in _SETS},
        ),
        state=_state(values.get(("state", ""), LinkState.LINKED.value)),
        key=_print(values, "citekey"),
        credits=credits,
        annotations=annotations,
    )


# --- values, each read or refused with a `ValueError` --------------------------------------------


def _given_for(values: _Values, key: str) -> str:
    if (key, "") not in values:
        raise ValueError(f"its {key} is missing")
    return values[key, ""]


def _object_in(text: str) -> tuple[str, bool]:
    """Return the key of an object of the library, "" for none, and whether we created it."""
    key, _, created = text.partition(" ")
    if created not in ("", _CREATED):
        raise ValueError(f"{created[:40]!r} has no place here")
    return object_key(text_of(key)), bool(created)


# One for all rows: each empty one takes 216 bytes, which was a tenth of a row.
_NOTHING: frozenset[str] = frozenset()


def _set(values: _Values, key: str) -> frozenset[str]:
    return frozenset(texts_in(values[key, ""])) if (key, "") in values else _NOTHING


def _print(values: _Values, key: str) -> str:
    return fingerprint_in(values[key, ""]) if (key, "") in values else ""


def _state(text: str) -> LinkState:
    try:
        return LinkState(text)
    except ValueError as error:
        raise ValueError(f"{text[:40]!r} is no state") from error


def _credit(text: str) -> FieldSource:
    source, _, raw = text.partition(" ")
    return FieldSource(text_of(source), fingerprint_in(raw))


def _written(text: str) -> WrittenBlock:
    block, _, source = text.partition(" ")
    return WrittenBlock(fingerprint_in(block), fingerprint_in(source))


_READERS: Mapping[str, Callable[[str], object]] = {
    _FIELD: base_in,
    "annotation": _written,
    "citekey": fingerprint_in,
    "identifiers": lambda text: [*map(written_identifier, texts_in(text))],
    "item": _object_in,
    "key": _object_in,
    "match": fingerprint_in,
    "note": _object_in,
    "report": fingerprint_in,
    "source": _credit,
    "state": _state,
    "texts": fingerprints_in,
}
"""What reads the value that a line gives for a key."""
