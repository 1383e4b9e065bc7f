"""DBLP: works of computer science by title and author (https://dblp.org/faq/13501473.html)."""

from __future__ import annotations

from collections.abc import Iterable

from zoterodigest.lookup import texts
from zoterodigest.lookup.index import Question
from zoterodigest.lookup.rules import lookup_tables
from zoterodigest.lookup.service import ServiceAddress
from zoterodigest.lookup.texts import Json, each, first, inside, line
from zoterodigest.lookup.work import IndexedWork, Source
from zoterodigest.regex import lazy_regex

DBLP = ServiceAddress(Source.DBLP.value, "https://dblp.org", pause=2.0)
"""DBLP wants at least one or two seconds between requests (https://dblp.org/faq/1474706.html)."""


def dblp_by_title(title: str, first_author: str = "") -> Question:
    """Return the question for works whose titles have all words of `title`."""
    words = " ".join(_WORD.findall(line(f"{title} {first_author}")))
    params = {"q": words, "format": "json", "h": "10", "c": "0"}
    return Question(f"title:{words.casefold()}", "/search/publ/api", _read, params)


_WORD = lazy_regex(r"[^\W_]+")  # other signs are commands of the search
_NUMBER_OF_NAMESAKE = lazy_regex(r" \d{4}$")
_NO_WORKS = ("Editorship", "Data and Artifacts")


def _read(answer: Json) -> Iterable[IndexedWork]:
    infos = (inside(hit, "info") for hit in each(inside(answer, "result", "hits", "hit")))
    return (_work(info) for info in infos if line(inside(info, "type")) not in _NO_WORKS)


def _work(info: Json) -> IndexedWork:
    # DBLP lists a paper of arXiv as volume "abs/2103.00020" of the journal CoRR.
    volume, pages = line(inside(info, "volume")), texts.pages(inside(info, "pages"))
    arxiv = texts.arxiv_id(f"arXiv:{volume[4:]}") if volume.startswith("abs/") else ""
    return IndexedWork(
        source=Source.DBLP,
        title=texts.title(inside(info, "title")).removesuffix("."),
        authors=texts.people(map(_name, each(inside(info, "authors", "author")))),
        venue=texts.title(first(inside(info, "venue"))),
        year=texts.year(inside(info, "year")),
        item_type="preprint"
        if arxiv
        else lookup_tables().types[Source.DBLP].get(line(inside(info, "type")), ""),
        doi=texts.doi(inside(info, "doi")),
        pages="" if arxiv else pages,
        url=texts.web_address(first(inside(info, "ee"))) or texts.web_address(inside(info, "url")),
        arxiv=arxiv,
    )


def _name(author: Json) -> str:
    """Return a name without the number by which DBLP tells namesakes apart."""
    name = texts.title(author if isinstance(author, str) else inside(author, "text"))
    return _NUMBER_OF_NAMESAKE.sub("", name)
