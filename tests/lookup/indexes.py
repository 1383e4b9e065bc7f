"""The four services at one site of ours: what they have, and how they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.lookup.answers import Paper, crossref_list, crossref_one, dblp_hits, feed
from tests.lookup.site import Answer, Fault, Request

SERVICES = ("arxiv", "crossref", "dblp", "semantic_scholar")
"""The first part of the path tells which service is asked."""


@dataclass
class Indexes:
    """What each service has; indexes answer every question with all of it, arXiv knows any id.

    A service that is in `broken` answers with a fault.
    """

    papers: list[Paper] = field(default_factory=list)
    dblp: list[dict[str, Any]] = field(default_factory=list)
    crossref: list[dict[str, Any]] = field(default_factory=list)
    scholar: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken: dict[str, Fault] = field(default_factory=dict)

    def respond(self, request: Request) -> Answer:
        _, service, path = request.path.split("/", 2)
        good = Answer(self._body(service, path, request))
        return self.broken[service](good) if service in self.broken else good

    def _body(self, service: str, path: str, request: Request) -> bytes:
        match service:
            case "arxiv":
                said = {paper.id: paper for paper in self.papers}
                wanted = request.params["id_list"].split(",")
                return feed(said.get(each, Paper(each)).entry for each in wanted)
            case "dblp":
                return dblp_hits(*self.dblp)
            case "crossref" if path == "works":
                return crossref_list(*self.crossref)
            case "crossref":
                return crossref_one(self.crossref[0])
            case _:
                ids = json.loads(request.body)["ids"] if request.body else []
                return json.dumps([self.scholar.get(each) for each in ids]).encode()
