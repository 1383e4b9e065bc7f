"""The sources that a run may ask: arXiv and the indexes, over one cache, closed together."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import field, replace

from zoterodigest.frozen import dataclass
from zoterodigest.lookup.arxiv import ARXIV, Arxiv
from zoterodigest.lookup.cache import Cache
from zoterodigest.lookup.crossref import CROSSREF
from zoterodigest.lookup.dblp import DBLP
from zoterodigest.lookup.index import Index
from zoterodigest.lookup.semantic_scholar import SEMANTIC_SCHOLAR, with_key
from zoterodigest.lookup.service import Manners, Service, ServiceAddress
from zoterodigest.lookup.work import Source


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each source is asked: None is the service's own address, "" leaves it out.

    `key` is an API key of Semantic Scholar; it is sent to that service's own address only.
    """

    arxiv: str | None = None
    crossref: str | None = None
    dblp: str | None = None
    semantic_scholar: str | None = None
    key: str = field(default="", repr=False)


class Sources(AbstractContextManager["Sources"]):
    """Whom a run may ask; a source that is left out is None, and `indexes` lacks it."""

    def __init__(self, addresses: Addresses, cache: Cache, manners: Manners) -> None:
        self._cache = cache
        places = _places(addresses)
        arxiv = places.pop(Source.ARXIV, None)
        self.arxiv = Arxiv(cache, manners, place=arxiv) if arxiv else None
        self.indexes: Mapping[Source, Index] = {
            source: Index(source, place, cache=cache, manners=manners)
            for source, place in places.items()
        }

    @property
    def services(self) -> tuple[Service, ...]:
        """Every service that may be asked; each counts the requests it was sent."""
        arxiv = (self.arxiv.service,) if self.arxiv else ()
        return (*arxiv, *(index.service for index in self.indexes.values()))

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection, and the cache."""
        with ExitStack() as closing:
            closing.callback(self._cache.close)
            for service in self.services:
                closing.callback(service.close)


def _places(addresses: Addresses) -> dict[Source, ServiceAddress]:
    """Return the places of the sources that are not left out, in the order they are asked."""
    is_own = addresses.semantic_scholar is None
    scholar = with_key(SEMANTIC_SCHOLAR, addresses.key) if is_own else SEMANTIC_SCHOLAR
    given = {
        Source.ARXIV: (ARXIV, addresses.arxiv),
        Source.DBLP: (DBLP, addresses.dblp),
        Source.CROSSREF: (CROSSREF, addresses.crossref),
        Source.SEMANTIC_SCHOLAR: (scholar, addresses.semantic_scholar),
    }
    return {
        source: place if url is None else _moved(place, url)
        for source, (place, url) in given.items()
        if url != ""
    }


def _moved(place: ServiceAddress, url: str) -> ServiceAddress:
    """Return `place` at another address; a service on this machine needs no pauses."""
    is_here = url.startswith("http://")  # the configuration allows it for loopback only
    return replace(place, url=url, pause=0.0 if is_here else place.pause)
