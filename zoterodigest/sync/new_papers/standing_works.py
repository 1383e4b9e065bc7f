"""Which works stand in the digests of a project already, and where: no new entry doubles them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zoterodigest.core.links.link import LockRow
from zoterodigest.core.values.identity import match_title
from zoterodigest.core.works.catalogue import Adopt, Ambiguous, Catalogue
from zoterodigest.core.works.pairing import title_print
from zoterodigest.core.works.work import naming, work_of
from zoterodigest.digest.read.document import Document
from zoterodigest.frozen import dataclass
from zoterodigest.sync.gathering.gather import unread_in
from zoterodigest.sync.new_papers.papers import Paper


@dataclass(frozen=True, slots=True)
class Stands:
    """A work stands `where` (a digest and its line); `is_text` tells that it is not understood."""

    where: str
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class WasLinked:
    """The lock file links a work with `digest`, or did; there is no entry of it to be seen."""

    digest: str
    is_ended: bool


Standing = Stands | WasLinked


class StandingWorks:
    """The works of digests, and of the lock file's `rows`."""

    def __init__(self, documents: Iterable[Document], rows: Iterable[LockRow] = ()) -> None:
        self._documents = tuple(documents)
        entries = [entry for document in self._documents for entry in document.core_entries()]
        self._places = [f"{entry.digest}:{entry.place.start_line}" for entry in entries]
        self._catalogue = Catalogue()
        for at, entry in enumerate(entries):
            self._catalogue.add(str(at), work_of(entry))
        self._unread = [(document.name, unread_in([document])) for document in self._documents]
        self._rows = [row for row in rows if not row.digest.is_bib]

    def find(self, paper: Paper) -> Standing | None:
        """Return where a paper stands, in whatever version, or is linked from; None if nowhere."""
        match self._catalogue.find(work_of(paper)):
            case Adopt(key) | Ambiguous((key, *_)):
                return Stands(self._places[int(key)])
        title = match_title(paper.title)
        for digest, unread in self._unread:
            if unread.identifiers & paper.identifiers or title in unread.titles:
                return Stands(digest, is_text=True)
        return next(self._linked(paper), None)

    def _linked(self, paper: Paper) -> Iterator[WasLinked]:
        title = title_print(paper.title)
        named = naming(paper.identifiers)
        for row in self._rows:
            is_same_title = bool(title) and row.title == title and not row.identifiers
            if row.identifiers & named or is_same_title:
                yield WasLinked(row.digest, not row.is_linked)


def still_linked(
    rows: Sequence[LockRow], read: Iterable[str], gone: Iterable[str]
) -> list[LockRow]:
    """Return the rows that link entries of digests which were not read and are not gone."""
    elsewhere = {*read, *gone}
    return [row for row in rows if row.is_linked and row.digest not in elsewhere]
