"""Works as CSL JSON, which pandoc and other citation processors read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from zoterodigest.bibtex.export.values import edition_of, encode_doi, one_number
from zoterodigest.bibtex.facts.rules import BibRules, Style
from zoterodigest.bibtex.facts.work import ItemFacts
from zoterodigest.bibtex.tex.latex import Dialect, cleaned_tex, decode
from zoterodigest.bibtex.tex.names import Creator, name_parts
from zoterodigest.regex import lazy_regex


def to_csl(work: ItemFacts, key: str, style: Style, rules: BibRules) -> dict[str, Any]:
    """Return `work` as one CSL item with the id `key`; what is not stated is left out."""
    kind = rules.formats(work.item_type).csl
    container = work.short_container if style.short_venues else work.container
    values: dict[str, Any] = {"id": key, "type": kind, "title": _plain(work.fact("title"))}
    for field, name in (("author", "author"), ("editor", "editor"), ("translator", "translator")):
        people = work.people.get(field, ())
        values[name] = [csl_name(each) for each in people if not each.is_rest]
    values["container-title"] = "" if work.item_type == "preprint" else container
    values |= {name: _plain(work.fact(fact)) for fact, name in rules.csl.fields.items()}
    values |= _numbers(work)
    values[rules.csl.numbers.get(kind, "number")] = work.fact("number")
    values |= _where(kind, work, values)
    if work.date:
        values["issued"] = _date_parts(work.date, work.date_end)
    if (accessed := work.accessed) and values.get("URL"):
        values["accessed"] = _date_parts(accessed)
    # After all others: the server of a preprint is no container, it publishes the work.
    if work.item_type == "preprint":
        values["publisher"] = container
        values["number"] = f"arXiv:{work.arxiv}" if work.arxiv else values["number"]
    values["keyword"] = ", ".join(work.keywords)
    values["abstract"] = work.fact("abstract") if style.abstract else ""
    values["note"] = ". ".join(work.awards) if style.awards else ""
    return {name: value for name, value in values.items() if value}


def write_csl(items: Iterable[dict[str, Any]]) -> str:
    """Return CSL items as the text of a file, one to a line."""
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in items)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def csl_name(creator: Creator) -> dict[str, str]:
    """Return one name: family and given, or a body's name as it is."""
    last, first, suffix = (decode(part) for part in name_parts(creator))
    if creator.is_body or not first:
        return {"literal": last or first}
    return {"family": last, "given": first} | ({"suffix": suffix} if suffix else {})


def _numbers(work: ItemFacts) -> dict[str, str]:
    """Return the numbers that are not written as the item has them."""
    doi, edition = work.fact("doi"), work.fact("edition")
    return {
        "DOI": encode_doi(doi) if doi else "",
        "ISBN": one_number("isbn", work.fact("isbn")),
        "ISSN": one_number("issn", work.fact("issn")),
        "edition": edition_of(edition, Dialect.BIBLATEX) if edition else "",
        "collection-number": work.fact("series_number"),
    }


def _where(kind: str, work: ItemFacts, values: Mapping[str, Any]) -> dict[str, str]:
    """Return where a work is that appeared in no book or journal, and whether it is to appear."""
    if work.is_forthcoming:
        return {"status": "in press"}
    match kind:
        case "dataset":
            return {"publisher": values["publisher"] or values["container-title"]}
        case "broadcast":
            return {"container-title": values["container-title"] or _plain(work.fact("series"))}
        case "speech":
            return {"event-title": _plain(work.fact("meeting"))}
    return {}


def _date_parts(*dates: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in date.split("-")] for date in dates if date]}


def _plain(text: str) -> str:
    text = cleaned_tex(text) if text else ""
    if "\\" not in text:
        return text
    return decode(_LONE_BACKSLASH.sub(r"{\\textbackslash}", text))


_LONE_BACKSLASH = lazy_regex(r"(?<!\S)\\(?=\s|$)")
