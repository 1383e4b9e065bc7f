"""arXiv and the indexes as a site of ours, over the papers that it is given."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.lookup.answers import Paper, crossref_one, feed
from tests.lookup.site import Answer, Request, Responder


def answering(
    papers: Iterable[Paper] = (), works: Mapping[str, Mapping[str, Any]] | None = None
) -> Responder:
    """Answer for `papers` by id and by search, the newest first.

    `works` are those of Crossref by DOI, and those of Semantic Scholar by the id they are asked by.
    """
    newest = sorted(papers, key=lambda paper: (paper.published, paper.id), reverse=True)
    known = works or {}

    def respond(request: Request) -> Answer:
        if request.path.endswith("/query"):
            return Answer(_query(newest, request.params))
        if request.path.startswith("/works/"):
            work = known.get(request.path.removeprefix("/works/"))
            return (
                Answer(b"Resource not found.", 404) if work is None else Answer(crossref_one(work))
            )
        if work := known.get(request.path.removeprefix("/paper/")):
            return Answer(json.dumps(work).encode())
        return Answer(json.dumps({"error": "Paper not found"}).encode(), 404)

    return respond


def _query(newest: list[Paper], params: Mapping[str, str]) -> bytes:
    if ids := params.get("id_list"):
        wanted = {re.sub(r"v\d+$", "", id_) for id_ in ids.split(",")}
        return feed(paper.entry for paper in newest if paper.id in wanted)
    found = [paper for paper in newest if _is_found(paper, params["search_query"])]
    start, size = int(params["start"]), int(params["max_results"])
    return feed((paper.entry for paper in found[start : start + size]), len(found))


def _is_found(paper: Paper, query: str) -> bool:
    """Tell whether a paper has one of the categories and one of the phrases of a query."""
    categories = re.findall(r"cat:([\w.*-]+)", query)
    phrases = re.findall(r'(?:ti|abs):"([^"]*)"', query)
    text = f"{paper.title} {paper.abstract}".casefold()
    is_said = not phrases or any(phrase.casefold() in text for phrase in phrases)
    return is_said and (not categories or bool({*categories} & {*paper.categories}))
