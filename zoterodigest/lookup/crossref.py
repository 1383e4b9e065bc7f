"""Crossref: works by DOI, and by title and author (https://api.crossref.org).

It knows the DOIs of publishers, not those of arXiv, and names a preprint only as a relation.
"""

from __future__ import annotations

from itertools import chain
from urllib.parse import quote

from zoterodigest.lookup import texts
from zoterodigest.lookup.index import Question
from zoterodigest.lookup.rules import lookup_tables
from zoterodigest.lookup.service import ServiceAddress
from zoterodigest.lookup.texts import Json, each, first, inside, line
from zoterodigest.lookup.work import IndexedWork, Source

CROSSREF = ServiceAddress(Source.CROSSREF.value, "https://api.crossref.org", pause=1.0)


def by_doi(doi: str) -> Question:
    """Return the question for the work with this DOI."""
    path = f"/works/{quote(doi, safe='')}"
    return Question(f"doi:{doi.lower()}", path, lambda it: [_work(inside(it, "message"))], {})


def crossref_by_title(title: str, first_author: str = "") -> Question:
    """Return the question for works of about this title."""
    words = line(f"{title} {first_author}")
    params = {"query.bibliographic": words, "rows": "5", "select": ",".join(_SELECTED)}
    key = f"title:{words.casefold()}"
    return Question(
        key, "/works", lambda it: map(_work, each(inside(it, "message", "items"))), params
    )


_SELECTED = (
    *("DOI", "URL", "title", "subtitle", "author", "container-title", "type"),
    *("published-print", "issued", "page", "article-number", "relation"),
)
# Of a chapter Crossref lists the series beside the volume.
_SERIES = ("lecture notes in", "communications in computer and information", "ifip advances in")
# The date of printing is that of the volume; `issued` is the first of all dates.
_DATES = ("published-print", "issued", "published-online", "published")
_PREPRINTS = ("has-preprint", "is-version-of", "has-version")


def _work(work: Json) -> IndexedWork:
    years = (texts.year(first(first(inside(work, date, "date-parts")))) for date in _DATES)
    related = (each(inside(work, "relation", kind)) for kind in _PREPRINTS)
    preprints = (inside(one, "id") for one in chain.from_iterable(related))
    return IndexedWork(
        source=Source.CROSSREF,
        title=_title(work),
        authors=texts.people(_name(author) for author in each(inside(work, "author"))),
        venue=_venue(work),
        year=next(filter(None, years), ""),
        item_type=lookup_tables().types[Source.CROSSREF].get(line(inside(work, "type")), ""),
        doi=texts.doi(inside(work, "DOI")),
        pages=texts.pages(inside(work, "page")) or line(inside(work, "article-number")),
        url=texts.web_address(inside(work, "URL")),
        arxiv=next(filter(None, map(texts.arxiv_id, preprints)), ""),
    )


def _title(work: Json) -> str:
    """Return the title with its subtitle, which publishers register apart or not."""
    title = texts.title(first(inside(work, "title")))
    subtitle = texts.title(first(inside(work, "subtitle")))
    if not title or not subtitle or subtitle.casefold() in title.casefold():
        return title
    return f"{title}{' ' if title.endswith((':', '?', '!')) else ': '}{subtitle}"


def _name(author: Json) -> str:
    given, family = line(inside(author, "given")), line(inside(author, "family"))
    suffix = line(inside(author, "suffix"))
    return line(f"{given} {family} {suffix}") or line(inside(author, "name"))


def _venue(work: Json) -> str:
    """Return the journal, or the proceedings rather than the series in which they appear."""
    names = [name for name in map(texts.title, each(inside(work, "container-title"))) if name]
    named = [name for name in names if not name.casefold().startswith(_SERIES)]
    return next(iter(named or names), "")
