"""A plain .bib of library items, written by bibtexparser's writer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

_TYPES = {
    "conferencePaper": "inproceedings",
    "journalArticle": "article",
    "book": "book",
    "bookSection": "incollection",
    "thesis": "phdthesis",
    "report": "techreport",
}
_FIELDS = {
    "title": "title",
    "proceedingsTitle": "booktitle",
    "conferenceName": "booktitle",
    "publicationTitle": "journal",
    "bookTitle": "booktitle",
    "publisher": "publisher",
    "volume": "volume",
    "issue": "number",
    "pages": "pages",
    "DOI": "doi",
    "url": "url",
}
_VERBATIM = frozenset({"doi", "url", "eprint"})
_ESCAPES = {ord(char): f"\\{char}" for char in "&%#_"} | {ord("~"): r"\textasciitilde{}"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MATH = re.compile(r"(\$[^$\n]+\$)")
_ARXIV = re.compile(r"arXiv:\s*(\S+)", re.I)


def plain_bib(items: Iterable[Mapping[str, Any]]) -> str:
    """Return a .bib of `items` (Zotero API `data` objects with their `key`), in their order.

    Citation keys are the first author's last name, the year and the title's first long word,
    with letters appended until they are unique ignoring case.
    """
    from bibtexparser.bibdatabase import BibDatabase  # slow to import, needed here alone
    from bibtexparser.bwriter import BibTexWriter

    database = BibDatabase()
    taken: set[str] = set()
    for item in items:
        entry = {"ENTRYTYPE": _TYPES.get(str(item.get("itemType")), "misc"), **_fields(item)}
        database.entries.append({**entry, "ID": _unique(_key(item), taken)})
    writer = BibTexWriter()
    writer.order_entries_by = None
    writer.indent = "  "
    return str(writer.write(database))


def _fields(item: Mapping[str, Any]) -> dict[str, str]:
    fields = {
        name: _text(name, str(item[zotero]))
        for zotero, name in reversed(_FIELDS.items())
        if item.get(zotero)
    }
    if authors := _authors(item.get("creators", ())):
        fields["author"] = authors
    if year := _year(item):
        fields["year"] = year
    if eprint := _ARXIV.search(f"{item.get('archiveID', '')}\n{item.get('extra', '')}"):
        fields |= {"eprint": _text("eprint", eprint[1]), "archiveprefix": "arXiv"}
    return fields


def _text(name: str, value: str) -> str:
    """Return a value that ends where its field ends: without control characters or odd braces."""
    value = _CONTROL.sub("", " ".join(value.split()))
    if name in _VERBATIM:
        return value.replace("{", "%7B").replace("}", "%7D")
    if not _is_balanced(value):
        value = value.replace("{", "").replace("}", "")
    pieces = _MATH.split(value)
    return "".join(
        piece if index % 2 else piece.replace("$", r"\$").translate(_ESCAPES)
        for index, piece in enumerate(pieces)
    )


def _is_balanced(value: str) -> bool:
    depths = list(accumulate((char == "{") - (char == "}") for char in value))
    return not depths or (min(depths) >= 0 and depths[-1] == 0)


def _authors(creators: Sequence[Mapping[str, str]]) -> str:
    names = [
        f"{{{_text('author', one['name'])}}}"
        if one.get("name")
        else _text("author", f"{one.get('lastName', '')}, {one.get('firstName', '')}".strip(", "))
        for one in creators
        if one.get("creatorType") == "author"
    ]
    return " and ".join(names)


def _year(item: Mapping[str, Any]) -> str:
    found = re.search(r"\d{4}", str(item.get("date", "")))
    return found[0] if found else ""


def _key(item: Mapping[str, Any]) -> str:
    first: Mapping[str, str] = next(iter(item.get("creators", ())), {})
    last = _folded(str(first.get("lastName") or first.get("name") or ""))
    words = [_folded(word) for word in str(item.get("title", "")).split()]
    word = next((word for word in words if len(word) > 3), "".join(words[:1]))
    return f"{last}{_year(item)}{word}" or str(item.get("key", "item"))


def _folded(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", ascii_text.lower())


def _unique(key: str, taken: set[str]) -> str:
    candidate, number = key, 1
    while candidate in taken:
        number += 1
        candidate = f"{key}-{number}"
    taken.add(candidate)
    return candidate
