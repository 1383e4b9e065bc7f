"""Compared: the entries of a digest in the form in which they are compared with the library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from zoterodigest.core.values.record import (
    EMPTY,
    KINDS,
    MARKS,
    SECTION,
    Blocks,
    Empty,
    Entry,
    Fields,
    Hyperlink,
    Members,
    Names,
    Value,
    WebLinks,
    is_in_date,
    is_of_entry,
)
from zoterodigest.digest.read.document import DigestEntry
from zoterodigest.library.records.contents import section_name
from zoterodigest.library.records.hyperlinks import carried_links
from zoterodigest.library.records.zotero import LinkHome, ZoteroMapping
from zoterodigest.regex import lazy_regex


def compared_entry(entry: Entry, zotero: ZoteroMapping, *, with_notes: bool) -> Entry:
    """Return an entry in the form in which it is compared with the library.

    Blocks are as a note holds them, sections are named as its headings; what the mapping does not
    carry, and without notes what belongs in them, is not carried.
    """
    fields: dict[str, Value] = {}
    raws: dict[str, str] = {}
    for held, name in held_names(entry.fields):
        if not _is_carried(name, zotero, with_notes=with_notes):
            continue
        if name == "year" and is_in_date(entry.fields):
            continue
        fields[held] = _canonical(entry.fields[name], entry)
        raws[held] = entry.raws[name]
    # A star that goes takes its tag along, so an entry without one has an empty field.
    if zotero.marks and entry.digest.is_digest and not entry.is_unreadable:
        fields.setdefault(MARKS, EMPTY)
        raws.setdefault(MARKS, "")
    places = entry.places
    if not with_notes:
        # Nobody is to think that the text of our note left the entry; a person's own stays.
        of_note = (one for one in places if one == "section" or (one in KINDS and is_of_entry(one)))
        places = places.difference(of_note)
    return replace(entry, fields=fields, raws=raws, places=places)


def in_digest_terms(entry: DigestEntry, after: Fields) -> dict[str, Value]:
    """Return changes of an entry as it is compared as changes of what stands in its digest.

    Sections have the digest's own names, links that no library holds stay, a year goes with its
    date.
    """
    # Most runs write no entry: what does takes 10 ms to import.
    from zoterodigest.digest.write.own_words import with_year_of_date

    fields = entry.reading.fields
    own_names = dict(held_names(fields))
    asked = {own_names.get(name, name): value for name, value in after.items()}
    present = fields.get("links")
    if "links" in asked and isinstance(present, WebLinks):
        carried = carried_links(present, fields).hyperlinks
        value = asked["links"]
        wanted = value.hyperlinks if isinstance(value, WebLinks) else ()
        asked["links"] = WebLinks(
            (*(it for it in present.hyperlinks if it not in carried), *wanted)
        )
    return dict(with_year_of_date(entry, asked))


def held_names(fields: Fields) -> Iterator[tuple[str, str]]:
    """Yield every field's name as the library holds it, with the digest's own name."""
    taken: dict[str, Value] = {}
    for name in fields:
        held = name
        if name.startswith(SECTION):
            from zoterodigest.notes.note import part_name

            held = section_name(part_name(name.removeprefix(SECTION)), taken)
        taken[held] = EMPTY
        yield held, name


def _is_carried(name: str, zotero: ZoteroMapping, *, with_notes: bool) -> bool:
    if name == "links":
        return zotero.links is not LinkHome.OFF
    if name == MARKS:
        return zotero.marks
    if name.startswith(SECTION):
        from zoterodigest.notes.note import is_never_shown

        if is_never_shown(name.removeprefix(SECTION)):
            return False
    return with_notes or not is_of_entry(name)


_CONTROL = lazy_regex(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no field of a library holds."""


def _canonical(value: Value, entry: Entry) -> Value:
    match value:
        case Blocks(texts):
            # What knows notes takes 20 ms to import, and many digests have none.
            from zoterodigest.notes.canonical import canonical_blocks

            held = tuple(text for text in canonical_blocks(texts) if text)
            return Blocks(held) if held else EMPTY
        case WebLinks():
            links = carried_links(value, entry.fields).hyperlinks
            held_links = tuple(Hyperlink(_held(link.label), _held(link.url)) for link in links)
            return WebLinks(held_links) if held_links else EMPTY
        case Members(texts):
            return Members(tuple(filter(None, map(_held, texts))))
        case Names(people):
            return replace(value, people=tuple(filter(None, map(_held, people))))
        case str():
            return _held(value)
        case Empty():
            return value


def _held(text: str) -> str:
    return _CONTROL.sub("", text)
