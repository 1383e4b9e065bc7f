"""Reports: what was understood of a digest, as plain data for `inspect --json` and for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from zoterodigest.core.values import identity, venue_slot
from zoterodigest.core.values.record import Fields, Members, Names, text_in
from zoterodigest.digest.read.document import DigestEntry, Document, Skipped
from zoterodigest.digest.read.fields import named_authors
from zoterodigest.digest.read.lines import OUTER_BLANKS
from zoterodigest.digest.read.mojibake import mojibake_in
from zoterodigest.digest.read.shapes import is_said_empty
from zoterodigest.digest.read.slots import Slot, decoded
from zoterodigest.frozen import dataclass

_EMPTY_LINK = "an empty link"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something in a digest that a person may want to look at: 1-based line, and what it is."""

    line: int
    what: str


def entry_json(entry: DigestEntry) -> dict[str, Any]:
    """Return one entry as plain data: values as written, markup and outer blanks off."""
    slots = _by_name(entry)
    texts = {name: _text(slot) for name, slot in slots.items()}
    ids = (it.value for it in entry.reading.identifiers if it.scheme == "arxiv")
    fields, reading = entry.reading.fields, entry.reading
    venue = venue_slot.parse_venue(texts.get("venue") or "").venue
    authors = _authors(entry, texts.get("authors") or "")
    award, categories = fields.get("award"), fields.get("categories")
    return {
        "format": entry.format.name,
        "title": " ".join(map(str.strip, (texts.get("title") or "").split("\n"))) or None,
        "title_raw": decoded(slots["title"].text.data) if "title" in slots else None,
        "title_url": reading.title_url or None,
        "short_title": text_in(fields, "short_title") or None,
        "arxiv_id": fields.get("arxiv") or next(ids, None),
        "version": _version(entry),
        "urls": [[link.label, link.url] for link in reading.links],
        "authors": [*authors.people] or None,
        "authors_raw": texts.get("authors"),
        "et_al": authors.truncated,
        "venue": venue or None,
        "venue_raw": texts.get("venue"),
        "year": _year(fields),
        "award": (", ".join(award.texts) or None) if isinstance(award, Members) else None,
        "task": texts.get("task") or texts.get("tags"),
        "date": text_in(fields, "date") if isinstance(fields.get("date"), str) else None,
        "categories": list(categories.texts) if isinstance(categories, Members) else None,
        "summary": _block(texts, "summary"),
        "abstract": _block(texts, "abstract"),
        "sections": [
            _section(slot)
            for slot in entry.slots
            if slot.section is not None and slot.name in ("section", "abstract")
        ],
        "code_url": reading.code_url or None,
        "comment": _block(texts, "comment"),
        "headings": list(entry.headings),
        "start_line": entry.first + 1,
        "end_line": entry.last + 1,
        "unreadable": sorted(entry.unreadable) or (["entry"] if entry.broken else []),
        "problems": [f"line {it.line}: {it.reason}" for it in entry.problems],
        "extra": _extra(entry, texts),
    }


def _authors(entry: DigestEntry, text: str) -> Names:
    """Return the authors that a text names."""
    # In Markdown they have been read of the same text: 8 % of reading long entries.
    read = entry.reading.fields.get("authors")
    if isinstance(read, Names) and entry.reading.raws["authors"] == text and not entry.format.data:
        return read
    return named_authors(text) if text else Names(())


def _year(fields: Fields) -> int | None:
    """Return the year that an entry states, alone or as that of its date."""
    stated = (text_in(fields, name)[:4] for name in ("year", "date"))
    return next((int(text) for text in stated if text.isdigit()), None)


def _by_name(entry: DigestEntry) -> dict[str, Slot]:
    """Return the first slot of each name, without the template's own words."""
    slots: dict[str, Slot] = {}
    placeholders = entry.reading.placeholders
    for slot in entry.slots:
        if not placeholders or slot.words not in placeholders:
            slots.setdefault(slot.name, slot)
    return slots


def _text(slot: Slot) -> str | None:
    return slot.words.strip().strip(OUTER_BLANKS) or None


def _block(texts: Mapping[str, str | None], name: str) -> str | None:
    text = texts.get(name)
    return text if text and not is_said_empty(text) else None


def _section(slot: Slot) -> dict[str, Any]:
    text = slot.words.rstrip()
    lines = map(str.lstrip, text.split("\n"))
    bullets = [line[2:].strip() for line in lines if line[:2] in ("* ", "- ", "+ ")]
    return {"name": slot.section, "text": text, "bullets": bullets or None}


def _version(entry: DigestEntry) -> str | None:
    urls = [entry.reading.title_url, *(link.url for link in entry.reading.links)]
    return next((found for url in urls if url and (found := identity.arxiv_version(url))), None)


def _extra(entry: DigestEntry, texts: Mapping[str, str | None]) -> dict[str, Any]:
    labels, stub = list(entry.reading.dead_labels), texts.get("comment_stub")
    extra = {"empty_link_labels": labels, "comment_short": stub}
    return {name: value for name, value in extra.items() if value}


def suspicions(document: Document) -> Iterator[Suspicion]:
    """Yield what a person may want to look at, by line."""
    found = [one for entry in document.entries for one in _entry_suspicions(document, entry)]
    found += [one for skipped in document.skipped for one in _skipped_suspicions(document, skipped)]
    yield from sorted(found, key=lambda one: (one.line, one.what))


def _entry_suspicions(document: Document, entry: DigestEntry) -> Iterator[Suspicion]:
    authors = entry.reading.fields.get("authors")
    if isinstance(authors, Names) and authors.truncated:
        yield Suspicion(entry.first + 1, "an author list cut with “et al.”")
    if entry.reading.dead_labels:
        labels = ", ".join(sorted(set(entry.reading.dead_labels)))
        yield Suspicion(entry.first + 1, f"{_EMPTY_LINK} ({labels})")
    for text in entry.reading.placeholders:
        yield Suspicion(entry.first + 1, f"the template's own words: “{text}”")
    yield from _mojibake(document, entry.first, entry.last)


def _skipped_suspicions(document: Document, skipped: Skipped) -> Iterator[Suspicion]:
    first, last = skipped.start_line - 1, skipped.end_line - 1
    yield from _mojibake(document, first, last)
    if skipped.reason == "in a code fence":
        for line in range(first, last + 1):
            if b"]()" in document.lines[line]:
                yield Suspicion(line + 1, "a template left in: links to nowhere in a code fence")


def _mojibake(document: Document, first: int, last: int) -> Iterator[Suspicion]:
    for line in range(first, last + 1):
        for _, run, _ in islice(mojibake_in(decoded(document.lines[line])), 1):
            yield Suspicion(line + 1, f"mojibake: “{run}”")


def entry_works(document: Document) -> Iterator[tuple[str, int]]:
    """Yield the work that each entry is, "" if nothing tells it, and the entry's 1-based line.

    Works are told apart by identifier, or by title where an entry has none.
    """
    for entry in document.entries:
        yield _work(entry), entry.first + 1


def _work(entry: DigestEntry) -> str:
    known = {found.scheme: found.value for found in entry.reading.identifiers}
    scheme = next((it for it in ("arxiv", "doi", *sorted(known)) if it in known), None)
    return f"{scheme}:{known[scheme]}" if scheme else identity.match_title(entry.title)


def coverage(document: Document) -> float:
    """Return the share of the digest's lines that hold something and belong to an entry read."""
    filled = [not document.lines.is_blank(line) for line in range(len(document.lines))]
    entries = (entry for entry in document.entries if not entry.broken)
    held = sum(sum(filled[entry.first : entry.last + 1]) for entry in entries)
    return held / sum(filled) if any(filled) else 0.0
