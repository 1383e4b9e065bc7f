"""Aliases: under which citation keys the works of a library stand in the project's .bib files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from zoterodigest.bibtex.edit.document import BibDocument, read_bib
from zoterodigest.core.links.link import Exported
from zoterodigest.core.values.record import Item
from zoterodigest.core.works.catalogue import Adopt, library_catalogue, successors
from zoterodigest.core.works.work import contradict, work_of
from zoterodigest.frozen import dataclass
from zoterodigest.project.files import read_if_present
from zoterodigest.project.layout import BibFile
from zoterodigest.sync.gathering.gather import Gathered
from zoterodigest.sync.gathering.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Aliases:
    """The citation keys of one .bib: by item key those of its works, and the line of each key."""

    bibliography: str
    keys: Mapping[str, str]
    lines: Mapping[str, int]


def aliases_in(
    document: BibDocument, exported: Iterable[Exported], items: Sequence[Item]
) -> Aliases:
    """Return the keys in a .bib, by the item that each entry tells of.

    An entry that an export wrote is the work it was written for; any other is looked for by what
    identifies it, and is else the work that it once was. Of two entries of one item the one that an
    export wrote counts, else the first.
    """
    lines = {record.key: record.line for record in document.entries}
    known = {one.key: one for one in exported if one.bibliography == document.name}
    live = {item.key: item for item in items if not item.is_trashed}
    # An item that another was merged into has that one's entry; of several it is nobody's.
    followed = successors(items)
    ours = {one.item: key for key, one in known.items() if one.prints}
    counts = Counter(followed.get(item, item) for item in ours)
    written = {
        new: key for item, key in ours.items() if counts[new := followed.get(item, item)] == 1
    } | ours
    keys = {item: key for item, key in written.items() if key in lines and item in live}
    catalogue = library_catalogue(items)
    for record, entry in zip(document.entries, document.core_entries(), strict=True):
        once = known.get(record.key)
        # An export wrote it for an item: an edit of the entry does not change that.
        if once is not None and once.prints:
            continue
        match, then = catalogue.find(work_of(entry)), live.get(once.item) if once else None
        if isinstance(match, Adopt):
            keys.setdefault(match.key, record.key)
        elif then and not contradict(entry.identifiers, then.identifiers):
            keys.setdefault(then.key, record.key)
    return Aliases(document.name, keys, lines)


def project_aliases(
    workspace: Workspace, gathered: Gathered, items: Sequence[Item]
) -> tuple[Aliases, ...]:
    """Return the aliases of every configured .bib that is there, in order.

    Those that were gathered are not read again, and not at all if they cannot be read.
    """
    documents = (_document(bib, workspace, gathered) for bib in workspace.project.bibliographies())
    exported = gathered.lock.exported
    return tuple(aliases_in(one, exported, items) for one in documents if one is not None)


def _document(bib: BibFile, workspace: Workspace, gathered: Gathered) -> BibDocument | None:
    if bib.key in {one.key for one in gathered.unread_sources}:
        return None
    read = next((one for one in gathered.bibs if one.key == bib.key), None)
    # One that is only written was gathered without its entries.
    if read is not None and read.bib.is_two_way:
        return None if read.data is None else read.document
    source = read_if_present(bib.path) if read is None else read.data
    return None if source is None else read_bib(bib.key, source, workspace.zotero.venues)
