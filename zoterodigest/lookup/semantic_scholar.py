"""Semantic Scholar: works by arXiv id, by DOI and by title (https://api.semanticscholar.org).

Many ids are asked for at once, as it answers one request a second and refuses more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import quote

from zoterodigest.core.values.identity import Identifier
from zoterodigest.lookup import texts
from zoterodigest.lookup.index import Candidates, Index, Question, titled
from zoterodigest.lookup.rules import lookup_tables
from zoterodigest.lookup.service import ServiceAddress
from zoterodigest.lookup.texts import Json, each, inside, line
from zoterodigest.lookup.work import Failed, IndexedWork, Source

SEMANTIC_SCHOLAR = ServiceAddress(
    Source.SEMANTIC_SCHOLAR.value, "https://api.semanticscholar.org/graph/v1", pause=1.1
)


def with_key(place: ServiceAddress, key: str) -> ServiceAddress:
    """Return `place` with an API key; without one all people share one small allowance."""
    return replace(place, headers={"x-api-key": key} if key else {})


def by_identifier(identifier: Identifier) -> Question:
    """Return the question for the work with this arXiv id, DOI or id of the ACL Anthology."""
    name = f"{_PREFIXES.get(identifier.scheme, 'URL')}:{identifier.value}"
    return Question(name, f"/paper/{quote(name, safe=':/')}", _read, _FIELDS)


def semantic_scholar_by_title(title: str) -> Question:
    """Return the question for the one work whose title is closest."""
    words = line(title)
    params = {"query": words, **_FIELDS}
    key = f"title:{words.casefold()}"
    return Question(
        key, "/paper/search/match", lambda it: map(_work, each(inside(it, "data"))), params
    )


def ask_all(
    index: Index, identifiers: Sequence[Identifier]
) -> dict[Identifier, Candidates | Failed]:
    """Return what the index has for each of `identifiers`, in as few requests as there can be."""
    keys = {identifier: by_identifier(identifier).key for identifier in identifiers}
    known: dict[str, Candidates | Failed] = dict(index.recall(list(keys.values())))
    asked = [key for key in dict.fromkeys(keys.values()) if key not in known]
    for start in range(0, len(asked), BATCH):
        known |= _batch(index, asked[start : start + BATCH])
    return {identifier: known[key] for identifier, key in keys.items()}


BATCH = 500  # as many as the API takes
_PREFIXES = {"arxiv": "ARXIV", "doi": "DOI", "acl": "ACL"}
_FIELDS = {
    "fields": "title,authors,venue,publicationVenue,year,publicationTypes,journal,externalIds,url"
}
_VENUES = {"conference": "conferencePaper", "journal": "journalArticle"}
_ARXIV_NAMES = ("arxiv.org", "arxiv", "corr", "arxiv preprint")


def _batch(index: Index, keys: Sequence[str]) -> dict[str, Candidates | Failed]:
    answer = index.answer("/paper/batch", _FIELDS, {"ids": list(keys)})
    if isinstance(answer, Failed):
        return dict.fromkeys(keys, answer)
    if not isinstance(answer, list) or len(answer) != len(keys):
        reason = f"{index.service.place.name} answers with other papers than asked for"
        return dict.fromkeys(keys, Failed(reason))
    found = {key: titled(_read(paper)) for key, paper in zip(keys, answer, strict=True)}
    index.keep(found)
    return dict(found)


def _read(answer: Json) -> Iterable[IndexedWork]:
    return (_work(answer),)


def _work(paper: Json) -> IndexedWork:
    venue, item_type = _venue(paper)
    return IndexedWork(
        source=Source.SEMANTIC_SCHOLAR,
        title=texts.title(inside(paper, "title")),
        authors=texts.people(line(inside(one, "name")) for one in each(inside(paper, "authors"))),
        venue=venue,
        year=texts.year(inside(paper, "year")),
        item_type=item_type,
        doi=texts.doi(inside(paper, "externalIds", "DOI")),
        pages="" if item_type == "preprint" else texts.pages(inside(paper, "journal", "pages")),
        url=texts.web_address(inside(paper, "url")),
        arxiv=texts.arxiv_id(f"arXiv:{line(inside(paper, 'externalIds', 'ArXiv'))}"),
    )


def _venue(paper: Json) -> tuple[str, str]:
    """Return the venue and the item type."""
    published = inside(paper, "publicationVenue")
    names = (inside(published, "name"), inside(paper, "venue"), inside(paper, "journal", "name"))
    venue = next(filter(None, map(texts.title, names)), "")
    # The API calls a paper of arXiv a journal article.
    if venue.casefold() in _ARXIV_NAMES:
        return venue, "preprint"
    kinds = [line(kind) for kind in each(inside(paper, "publicationTypes"))]
    types = lookup_tables().types[Source.SEMANTIC_SCHOLAR]
    by_type = next((item_type for kind, item_type in types.items() if kind in kinds), "")
    return venue, _VENUES.get(line(inside(published, "type")), by_type) if venue else ""
