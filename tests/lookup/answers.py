"""Answers in the formats of the real services; the works in them are invented."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

_FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"
  xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"
  xmlns:arxiv="http://arxiv.org/schemas/atom">
  <id>https://arxiv.org/api/cHxbiOdZaP56ODnBPIenZhzg5f8</id>
  <title>arXiv Query: search_query=&amp;id_list=</title>
  <updated>2026-08-01T00:00:00Z</updated>
  <link href="https://arxiv.org/api/query?search_query=" type="application/atom+xml"/>
  <opensearch:itemsPerPage>{count}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
{entries}</feed>
"""

BLANK = "  <entry>\n    <title/>\n    <summary/>\n  </entry>\n"
"""What the API may answer for an id that does not exist."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of arXiv, as far as the feed tells of it; the title None is left out of it."""

    id: str
    version: int = 1
    title: str | None = "A Study of Something"
    authors: tuple[str, ...] = ("Ada Lovelace", "Alan Turing")
    abstract: str = "We study it."
    published: str = "2021-02-26T19:04:58Z"
    updated: str = "2021-03-01T10:00:00Z"
    categories: tuple[str, ...] = ("cs.CV", "cs.LG")
    doi: str = ""
    journal_ref: str = ""
    comment: str = ""

    @property
    def entry(self) -> str:
        """The entry of the paper."""
        page = f"https://arxiv.org/abs/{self.id}v{self.version}"
        lines = [f"<id>http://arxiv.org/abs/{self.id}v{self.version}</id>"]
        if self.title is not None:
            lines.append(f"<title>{escape(self.title)}</title>")
        lines += [f"<updated>{self.updated}</updated>", f'<link href="{page}" rel="alternate"/>']
        lines += [f"<summary>  {escape(self.abstract)}\n</summary>"]
        lines += [f'<category term="{each}"/>' for each in self.categories]
        lines += [f"<published>{self.published}</published>"]
        for name in ("comment", "journal_ref", "doi"):
            if value := getattr(self, name):
                lines.append(f"<arxiv:{name}>{escape(value)}</arxiv:{name}>")
        lines += [f'<arxiv:primary_category term="{each}"/>' for each in self.categories[:1]]
        lines += [f"<author><name>{escape(name)}</name></author>" for name in self.authors]
        return "  <entry>\n" + "".join(f"    {line}\n" for line in lines) + "  </entry>\n"


def feed(entries: Iterable[str], total: int | None = None) -> bytes:
    """Return a feed of entries."""
    entries = list(entries)
    total = len(entries) if total is None else total
    return _FEED.format(count=len(entries), total=total, entries="".join(entries)).encode()


def empty_feed() -> bytes:
    """Return a feed without entries."""
    return feed([])


def error_feed(complaint: str) -> bytes:
    """Return the feed by which the API says what is wrong with a request."""
    words = complaint.replace(" ", "_")
    return feed(
        [
            f"  <entry>\n    <id>https://arxiv.org/api/errors#{words}</id>\n"
            f"    <title>Error</title>\n    <summary>{escape(complaint)}</summary>\n"
            "    <updated>2026-08-01T00:00:00Z</updated>\n"
            f'    <link href="https://arxiv.org/api/errors#{words}" rel="alternate"/>\n'
            "    <author><name>arXiv api core</name></author>\n  </entry>\n"
        ]
    )


def crossref_work(**fields: Any) -> dict[str, Any]:
    """Return a work as Crossref describes it."""
    return {
        "DOI": "10.5555/proc.2023.17",
        "URL": "https://doi.org/10.5555/proc.2023.17",
        "type": "proceedings-article",
        "title": ["A Study of Something"],
        "author": [
            {"given": "Ada", "family": "Lovelace", "sequence": "first", "affiliation": []},
            {"given": "Alan", "family": "Turing", "sequence": "additional", "affiliation": []},
        ],
        "container-title": ["2023 Conference on Things (ConfT)"],
        "published-print": {"date-parts": [[2023, 6]]},
        "issued": {"date-parts": [[2022, 12, 30]]},
        "publisher": "IEEE",
        "page": "170-181",
        "source": "Crossref",
        **fields,
    }


def crossref_one(work: Mapping[str, Any]) -> bytes:
    """Return the answer for a DOI."""
    return _json(
        {"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": work}
    )


def crossref_list(*works: Mapping[str, Any]) -> bytes:
    """Return the answer to a search."""
    message = {"facets": {}, "total-results": 9_876, "items": works, "items-per-page": 5}
    return _json(
        {
            "status": "ok",
            "message-type": "work-list",
            "message-version": "1.0.0",
            "message": message,
        }
    )


def dblp_info(**fields: Any) -> dict[str, Any]:
    """Return what DBLP says of one hit."""
    return {
        "authors": {
            "author": [
                {"@pid": "11/1", "text": "Ada Lovelace"},
                {"@pid": "22/2", "text": "Alan Turing 0001"},
            ]
        },
        "title": "A Study of Something.",
        "venue": "ConfT",
        "pages": "170-181",
        "year": "2023",
        "type": "Conference and Workshop Papers",
        "access": "closed",
        "key": "conf/conft/LovelaceT23",
        "doi": "10.5555/PROC.2023.17",
        "ee": "https://doi.org/10.5555/PROC.2023.17",
        "url": "https://dblp.org/rec/conf/conft/LovelaceT23",
        **fields,
    }


def dblp_hits(*infos: Mapping[str, Any]) -> bytes:
    """Return the answer to a search; without hits the member `hit` is left out."""
    number = str(len(infos))
    hits: dict[str, Any] = {"@total": number, "@computed": number, "@sent": number, "@first": "0"}
    if infos:
        hits["hit"] = [
            {"@score": "9", "@id": str(at), "info": info, "url": f"URL#{at}"}
            for at, info in enumerate(infos)
        ]
    return _json(
        {
            "result": {
                "query": "study* something*",
                "status": {"@code": "200", "text": "OK"},
                "time": {"@unit": "msecs", "text": "2.93"},
                "completions": {"@total": "1", "@computed": "0", "@sent": "0"},
                "hits": hits,
            }
        }
    )


def scholar_paper(**fields: Any) -> dict[str, Any]:
    """Return a paper as Semantic Scholar describes it."""
    return {
        "paperId": "649def34f8be52c8b66281af98ae884c09aef38b",
        "externalIds": {"ArXiv": "2103.00020", "DOI": "10.5555/proc.2023.17", "CorpusId": 1},
        "url": "https://www.semanticscholar.org/paper/649def34f8be52c8b66281af98ae884c09aef38b",
        "title": "A Study of Something",
        "venue": "Conference on Things",
        "publicationVenue": {
            "id": "fc0a208c-acb7-47dc-a0d4-af8190e21d29",
            "name": "Conference on Things",
            "type": "conference",
            "alternate_names": ["ConfT"],
        },
        "year": 2023,
        "publicationTypes": ["JournalArticle", "Conference"],
        "journal": {"pages": "170-181", "name": "2023 Conference on Things"},
        "authors": [
            {"authorId": "1", "name": "Ada Lovelace"},
            {"authorId": "2", "name": "A. Turing"},
        ],
        **fields,
    }


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
